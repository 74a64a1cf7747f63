#!/bin/sh
# Six lines of shell: look closer, turn it, ask, show, prove. Run from anywhere with foveate in PATH.
set -eu
chart=$1 out=$2
foveate apply "$chart" zoom box=100,100,500,400 rotate degrees=12 -o "$out/look.png" --fit 1200
foveate apply "$chart" sample points='120,130;300,220'
foveate ask "$chart" "How many thousand people live in Sankt Aldegund?" --out "$out/asked"
foveate show "$out/asked"
foveate verify "$out/asked" --quiet
