#!/bin/sh
# outside.sh BUILD EXAMPLES CHART LIBDIR: install, then build the examples where nothing of the tree is
# in reach, through find_package (shared and static) and through pkg-config, as C and as C++.
set -eu
build=$1 examples=$2 chart=$3 libdir=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mkdir "$work/program"
cp "$examples/tour.c" "$work/program/"
cat >"$work/program/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(outside C)
find_package(foveate 0.1 REQUIRED)
add_executable(tour_shared tour.c)
target_link_libraries(tour_shared foveate::foveate)
add_executable(tour_static tour.c)
target_link_libraries(tour_static foveate::foveate_static)
CMAKE
cmake -G Ninja -S "$work/program" -B "$work/program/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 &&
    cmake --build "$work/program/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
export PKG_CONFIG_PATH="$work/prefix/$libdir/pkgconfig" LD_LIBRARY_PATH="$work/prefix/$libdir"
# The file names the prefix that was configured; a stranger's prefix is this one.
flags=$(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs foveate)
cc -Wall -Wextra -Wpedantic -Werror "$examples/tour.c" $flags -o "$work/tour_pc"
cc -Wall -Wextra -Wpedantic -Werror "$examples/own.c" $flags -o "$work/own_pc"
programs="$work/program/build/tour_shared $work/program/build/tour_static $work/tour_pc"
if command -v g++ >/dev/null 2>&1; then
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -x c++ "$examples/tour.c" -x none $flags -o "$work/tour_cxx"
    programs="$programs $work/tour_cxx"
else
    echo "SKIPPED: there is no g++ here, so the tour was NOT built as C++"
fi
for program in $programs; do
    "$program" "$chart" "$work/asked" >"$work/said" 2>&1 || { cat "$work/said"; echo "$program failed"; exit 1; }
    for line in "the middle of img_3 is (289.00, 207.87) of the original" \
        "a bar chart, read from img_2, after 2 calls" "2 looks re-made, 0 differ"; do
        grep -qF "$line" "$work/said" || { cat "$work/said"; echo "$program does not say: $line"; exit 1; }
    done
    # What the library proved, the command proves.
    "$work/prefix/bin/foveate" verify "$work/asked" --quiet | grep -q "0 differ"
    rm -r "$work/asked"
done
"$work/own_pc" "$work/owned" | grep -q "it answers 62 %"
"$work/prefix/bin/foveate" --version
# The modules are found beside the installed library: a WebP needs one.
"$work/prefix/bin/foveate" apply "$(dirname "$chart")/../pictures/small-lossy.webp" overview max_edge=64 -o "$work/o.png"
echo "installed and built from outside"
