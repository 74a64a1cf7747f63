#!/bin/sh
# outside.sh BUILD EXAMPLES CHART LIBDIR: install, then build looks.c where nothing of the tree is in
# reach, through find_package (shared and static) and through pkg-config.
set -eu
build=$1 examples=$2 chart=$3 libdir=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mkdir "$work/program"
cp "$examples/looks.c" "$work/program/"
cat >"$work/program/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(outside C)
find_package(foveate 0.1 REQUIRED)
add_executable(looks_shared looks.c)
target_link_libraries(looks_shared foveate::foveate)
add_executable(looks_static looks.c)
target_link_libraries(looks_static foveate::foveate_static)
CMAKE
cmake -G Ninja -S "$work/program" -B "$work/program/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 &&
    cmake --build "$work/program/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
export PKG_CONFIG_PATH="$work/prefix/$libdir/pkgconfig" LD_LIBRARY_PATH="$work/prefix/$libdir"
# The file names the prefix that was configured; a stranger's prefix is this one.
cc "$examples/looks.c" $(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs foveate) -o "$work/looks_pc"
for program in "$work/program/build/looks_shared" "$work/program/build/looks_static" "$work/looks_pc"; do
    "$program" "$chart" | grep -q "the middle of img_3 is" || { echo "$program failed"; exit 1; }
done
"$work/prefix/bin/foveate" --version
# The modules are found beside the installed library: a WebP needs one.
"$work/prefix/bin/foveate" apply "$(dirname "$chart")/../pictures/small-lossy.webp" overview max_edge=64 -o "$work/o.png"
echo "installed and built from outside"
