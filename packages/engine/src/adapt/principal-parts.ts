import { fillNormal, type Seed } from '../nn/seed.ts';

/** Rounds of subspace iteration: the error falls with (σ_{k+1}/σ_k)^(2·rounds). */
const rounds = 24;
/** Vectors carried beside those that are wanted, which speeds the last ones up. */
const spare = 8;

/**
 * The largest singular values of a matrix W `[rows, columns]` with their vectors: W ≈ U·diag(s)·Vᵀ, where
 * `left` is U `[rows, rank]` and `right` is Vᵀ `[rank, columns]`. Subspace iteration from a seeded random
 * start (Halko, Martinsson and Tropp 2011), in float64. Signs are arbitrary.
 */
export function principalParts(
  matrix: Float32Array,
  { rows, columns, rank, seed }: { rows: number; columns: number; rank: number; seed: Seed },
): { readonly left: Float64Array; readonly values: Float64Array; readonly right: Float64Array } {
  const count = Math.min(rank + spare, rows, columns);
  // `basis` holds `count` orthonormal vectors of length `columns`, one a row.
  const basis = Float64Array.from(fillNormal(new Float32Array(count * columns), seed, 1));
  orthonormalize(basis, count, columns);
  const images = new Float64Array(count * rows);
  for (let round = 0; round < rounds; round++) {
    apply(matrix, basis, images, { rows, columns, count });
    orthonormalize(images, count, rows);
    applyTransposed(matrix, images, basis, { rows, columns, count });
    if (round < rounds - 1) orthonormalize(basis, count, columns);
  }
  // Now basis = imagesᵀ·W, `count` rows. Its small Gram matrix gives the singular values.
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += basis[i * columns + k]! * basis[j * columns + k]!;
      gram[i * count + j] = dot;
      gram[j * count + i] = dot;
    }
  const { values: squares, vectors } = symmetricEigen(gram, count);
  const order = [...squares.keys()].sort((a, b) => squares[b]! - squares[a]!).slice(0, rank);
  const left = new Float64Array(rows * rank);
  const right = new Float64Array(rank * columns);
  const values = new Float64Array(rank);
  for (const [at, from] of order.entries()) {
    const value = Math.sqrt(Math.max(0, squares[from]!));
    values[at] = value;
    for (let i = 0; i < count; i++) {
      const weight = vectors[i * count + from]!;
      for (let row = 0; row < rows; row++)
        left[row * rank + at]! += weight * images[i * rows + row]!;
      if (value > 0)
        for (let k = 0; k < columns; k++)
          right[at * columns + k]! += (weight * basis[i * columns + k]!) / value;
    }
  }
  return { left, values, right };
}

type Sizes = { readonly rows: number; readonly columns: number; readonly count: number };

/** images_i = W·basis_i. */
function apply(
  matrix: Float32Array,
  basis: Float64Array,
  images: Float64Array,
  { rows, columns, count }: Sizes,
): void {
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < count; i++) {
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += matrix[row * columns + k]! * basis[i * columns + k]!;
      images[i * rows + row] = dot;
    }
}

/** basis_i = Wᵀ·images_i. */
function applyTransposed(
  matrix: Float32Array,
  images: Float64Array,
  basis: Float64Array,
  { rows, columns, count }: Sizes,
): void {
  basis.fill(0);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < count; i++) {
      const weight = images[i * rows + row]!;
      for (let k = 0; k < columns; k++)
        basis[i * columns + k]! += weight * matrix[row * columns + k]!;
    }
}

/** Gram and Schmidt, twice, on `count` rows of so many numbers. */
function orthonormalize(vectors: Float64Array, count: number, size: number): void {
  for (let i = 0; i < count; i++) {
    const own = vectors.subarray(i * size, (i + 1) * size);
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const other = vectors.subarray(j * size, (j + 1) * size);
        let dot = 0;
        for (let k = 0; k < size; k++) dot += own[k]! * other[k]!;
        for (let k = 0; k < size; k++) own[k]! -= dot * other[k]!;
      }
    let square = 0;
    for (let k = 0; k < size; k++) square += own[k]! * own[k]!;
    const norm = Math.sqrt(square);
    for (let k = 0; k < size; k++) own[k] = norm > 0 ? own[k]! / norm : 0;
  }
}

/** Eigenvalues and -vectors (in columns) of a symmetric matrix, by Jacobi's rotations. */
function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let p = 0; p < size; p++)
      for (let q = 0; q < size; q++)
        if (p === q) diagonal += a[p * size + q]! ** 2;
        else off += a[p * size + q]! ** 2;
    if (off <= 1e-30 * diagonal) break;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) rotate(a, vectors, { p, q, size });
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors };
}

function rotate(
  a: Float64Array,
  vectors: Float64Array,
  { p, q, size }: { readonly p: number; readonly q: number; readonly size: number },
): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p]!;
    const kq = a[k * size + q]!;
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k]!;
    const qk = a[q * size + k]!;
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const vp = vectors[k * size + p]!;
    const vq = vectors[k * size + q]!;
    vectors[k * size + p] = c * vp - s * vq;
    vectors[k * size + q] = s * vp + c * vq;
  }
}
