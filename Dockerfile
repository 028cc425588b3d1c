# The trainer as an image (docs/deployment.md, "An image"):
#   docker build -t mulan:0.2.0-gpu .                 with CUDA 12 and cuDNN 9, for NVIDIA GPUs
#   docker build -t mulan:0.2.0-cpu --target cpu .
FROM maven:3.9-eclipse-temurin-17 AS source
WORKDIR /source
COPY LICENSE NOTICE README.md pom.xml ./
COPY docs docs
COPY savedmodels savedmodels
COPY scripts scripts
COPY src src

FROM source AS cpu-build
RUN mvn -B -q -DskipTests -Dmaven.test.skip=true -Pdist package \
    && mkdir /mulan && tar -xzf target/mulan-*.tar.gz -C /mulan --strip-components=1

FROM source AS gpu-build
RUN mvn -B -q -DskipTests -Dmaven.test.skip=true -Pdist,gpu package \
    && mkdir /mulan && tar -xzf target/mulan-*.tar.gz -C /mulan --strip-components=1

FROM python:3.12-slim AS cuda
COPY scripts/gpu /gpu
RUN MULAN_CACHE=/cache /gpu/setup

FROM eclipse-temurin:17-jre AS runtime
RUN useradd --create-home --uid 10001 mulan && install -d -m 1777 /cache
ENV PATH=/mulan/bin:$PATH MULAN_CACHE=/cache
USER mulan
WORKDIR /home/mulan
ENTRYPOINT ["mulan"]

FROM runtime AS cpu
COPY --from=cpu-build /mulan /mulan

FROM runtime AS gpu
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=cuda /cache/cuda /cache/cuda
COPY --from=gpu-build /mulan /mulan
