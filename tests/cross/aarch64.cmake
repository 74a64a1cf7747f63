# Cross-build for 64-bit ARM with Debian's gcc-aarch64-linux-gnu; qemu-aarch64 runs the tests. The
# libraries are the arm64 packages: installed beside the machine's own (multiarch), or unpacked into
# a folder that FOV_AARCH64_ROOT, given with -D or in the environment, names. README.md says how.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(FOV_AARCH64_ROOT "$ENV{FOV_AARCH64_ROOT}" CACHE PATH "Unpacked arm64 packages; empty: installed")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES FOV_AARCH64_ROOT)
if(FOV_AARCH64_ROOT)
  set(CMAKE_SYSROOT ${FOV_AARCH64_ROOT})
endif()

# The libraries' own descriptions and nobody else's: those of the build machine would fit by name.
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR}
    "${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

find_program(FOV_QEMU NAMES qemu-aarch64-static qemu-aarch64 DOC "Runs programs for 64-bit ARM")
if(FOV_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${FOV_QEMU})
  if(FOV_AARCH64_ROOT)
    list(APPEND CMAKE_CROSSCOMPILING_EMULATOR -L ${FOV_AARCH64_ROOT})
  endif()
endif()
