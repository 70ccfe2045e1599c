# The tokens of texts, and what is no text or no model.
. "$ROOT/tests/cli/lib.sh"
echo "--- a text, and what only looks like control tokens"
printf 'What is 1 + 24?' | assay tokenize nano-s
printf '<bos>Hi' | assay tokenize nano-xs
printf '<start_of_turn>user\nh\303\251\n' >text
assay tokenize nano-s text
echo "--- control tokens that are meant"
assay tokenize nano-s text --controls
echo "--- a file is the model that is built in"
printf 'Sort: 3 1 2' | assay tokenize "$ROOT/data/nano/nano-s.gguf" -
printf 'Sort: 3 1 2' | assay tokenize assay/nano-s
echo "--- nothing"
assay tokenize nano-s </dev/null
echo "--- a megabyte"
head -c 1000000 /dev/zero | tr '\0' 'a' | assay tokenize nano-s - >long
wc -c <long
echo "--- refused"
try assay tokenize
try assay tokenize nano-s text more
try assay tokenize nano-s missing
try assay tokenize missing.gguf text
printf 'no \377 text' >bytes
try assay tokenize nano-s bytes
head -c 20000 "$ROOT/data/nano/nano-xs.gguf" >cut.gguf
try assay tokenize cut.gguf text
try assay tokenize text text
