# syntax=docker/dockerfile:1
# MinIO is source only since 2025-10 and its public images are gone, so the image is built here from the
# pinned commit. docs/deploy.md names what to run in its place.
# docker build -f deploy/docker/minio.Dockerfile -t lathe/minio:<tag> deploy/docker
FROM golang:1.26-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
ARG MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
RUN CGO_ENABLED=0 GOBIN=/out go install github.com/minio/minio@${MINIO_VERSION} && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot@sha256:d093aa3e30dbadd3efe1310db061a14da60299baff8450a17fe0ccc514a16639
COPY --from=build /out/minio /usr/local/bin/minio
COPY --from=build --chown=10001:10001 /out/data /data
ENV HOME=/tmp
USER 10001:10001
EXPOSE 9000
HEALTHCHECK NONE
ENTRYPOINT ["/usr/local/bin/minio"]
CMD ["server", "/data", "--address", ":9000"]
