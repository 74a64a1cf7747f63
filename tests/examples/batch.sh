#!/bin/sh
# A file of questions, in two goes. Run from anywhere with foveate in PATH.
set -eu
charts=$1 out=$2
foveate batch "$charts/questions.jsonl" -o "$out" --jobs 2 --limit 4
foveate batch "$charts/questions.jsonl" -o "$out" --jobs 2 --limit 6 # does the two that are left
foveate verify "$out/transcripts/bar-ferries-0" --quiet
