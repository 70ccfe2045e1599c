# A file of weights: what it says of its model, shown and imported.
. "$ROOT/tests/cli/lib.sh"
nano=$ROOT/data/nano
try assay show "$nano/nano-s.gguf"
assay sources | grep -c gguf
echo "--- two files are two sources"
try assay import gguf "$nano/nano-s.gguf" --retrieved 2026-11-20
try assay import gguf "$nano/nano-xs.gguf" --retrieved 2026-11-20
try assay import gguf "$nano/nano-xs.gguf" --retrieved 2026-11-20
assay sources | grep gguf
assay show local/assay-nano-s | grep parameters
assay show local/assay-nano-xs | grep parameters
echo "--- by magic and by folder"
cp "$nano/nano-xs.gguf" blob
assay show blob | head -n 1
mkdir folder
try assay show folder/model.safetensors
printf '\72\0\0\0\0\0\0\0%s\0\0' \
    '{"t":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}    ' \
    >folder/model.safetensors
assay show folder | grep parameters
echo "--- wrong ones"
head -c 17000 "$nano/nano-s.gguf" >cut.gguf
try assay show cut.gguf
try assay import gguf cut.gguf
try assay import gguf "$nano/prompts.jsonl"
try assay lint gguf "$nano/nano-s.gguf"
