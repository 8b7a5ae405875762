/**
 * The functions of ONNX Runtime's C API that are called here: where each stands in the table `OrtApi`, to which new ones
 * are only ever appended, what it answers, and what it takes. Answers come through pointers; a status is null where all
 * went well.
 */
export const functions = {
  GetErrorMessage: [2, 'str', ['void *']],
  CreateEnv: [3, 'void *', ['int', 'str', 'void *']],
  CreateSessionFromArray: [8, 'void *', ['void *', 'void *', 'size_t', 'void *', 'void *']],
  Run: [
    9,
    'void *',
    ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *'],
  ],
  CreateSessionOptions: [10, 'void *', ['void *']],
  EnableProfiling: [14, 'void *', ['void *', 'str']],
  DisableMemPattern: [17, 'void *', ['void *']],
  DisableCpuMemArena: [19, 'void *', ['void *']],
  SetSessionLogSeverityLevel: [22, 'void *', ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, 'void *', ['void *', 'int']],
  SetIntraOpNumThreads: [24, 'void *', ['void *', 'int']],
  SessionGetInputCount: [30, 'void *', ['void *', 'void *']],
  SessionGetOutputCount: [31, 'void *', ['void *', 'void *']],
  SessionGetInputTypeInfo: [33, 'void *', ['void *', 'size_t', 'void *']],
  SessionGetOutputTypeInfo: [34, 'void *', ['void *', 'size_t', 'void *']],
  SessionGetInputName: [36, 'void *', ['void *', 'size_t', 'void *', 'void *']],
  SessionGetOutputName: [37, 'void *', ['void *', 'size_t', 'void *', 'void *']],
  CreateTensorWithDataAsOrtValue: [
    49,
    'void *',
    ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *'],
  ],
  GetTensorMutableData: [51, 'void *', ['void *', 'void *']],
  CastTypeInfoToTensorInfo: [55, 'void *', ['void *', 'void *']],
  GetTensorElementType: [60, 'void *', ['void *', 'void *']],
  GetDimensionsCount: [61, 'void *', ['void *', 'void *']],
  GetDimensions: [62, 'void *', ['void *', 'void *', 'size_t']],
  GetSymbolicDimensions: [63, 'void *', ['void *', 'void *', 'size_t']],
  GetTensorTypeAndShape: [65, 'void *', ['void *', 'void *']],
  CreateCpuMemoryInfo: [69, 'void *', ['int', 'int', 'void *']],
  AllocatorFree: [76, 'void *', ['void *', 'void *']],
  GetAllocatorWithDefaultOptions: [78, 'void *', ['void *']],
  ReleaseStatus: [93, 'void', ['void *']],
  ReleaseSession: [95, 'void', ['void *']],
  ReleaseValue: [96, 'void', ['void *']],
  ReleaseTypeInfo: [98, 'void', ['void *']],
  ReleaseTensorTypeAndShapeInfo: [99, 'void', ['void *']],
  ReleaseSessionOptions: [100, 'void', ['void *']],
  AddSessionConfigEntry: [130, 'void *', ['void *', 'str', 'str']],
  RegisterCustomOpsLibrary_V2: [228, 'void *', ['void *', 'str']],
} as const satisfies Record<string, readonly [number, string, readonly string[]]>;

/** The version of the table in which the newest of them came. */
export const tableVersion = 14;
