#!/bin/sh
# Builds src/tsne/kernels for one thread and for several (the same code, another kind of memory).
set -e
flags="-O3 --noAssert --runtime stub --importMemory --initialMemory 16 --maximumMemory 65536 --enable simd"
npx asc src/tsne/kernels/index.ts -o src/tsne/kernels/tsne.wasm $flags
npx asc src/tsne/kernels/index.ts -o src/tsne/kernels/tsne-shared.wasm $flags --enable threads --sharedMemory
