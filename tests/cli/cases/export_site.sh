# The pages as files: every link leads to a file, nothing is a form, made
# again nothing changes, and what is no page any more goes.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
"$ASSAY" import facts "$fixtures/acme-docs.json" >imported
printf 'gemma-2-2b gpt-4-vision-preview\n# a remark\n\ngpt-4o, gpt-4o-mini o3\n' >pairs
"$ASSAY" export site public --as-of 2026-11-22 --pairs pairs 2>said
sed 's/[0-9][0-9]* files, [0-9][0-9]* written/N files, N written/' said
touch -d 2020-01-01 public/index.html
"$ASSAY" export site public --as-of 2026-11-22 --pairs pairs 2>said
grep -o ', 0 written' said
[ "$(date -r public/index.html +%Y)" = 2020 ] && echo "untouched"
find public/compare -name index.html | sort
python3 - <<'PYTHON'
import os, re, urllib.parse
count = 0
for folder, _, files in os.walk('public'):
    for name in files:
        path = os.path.join(folder, name)
        if not name.endswith('.html'):
            continue
        text = open(path, encoding='utf-8').read()
        if '<form' in text:
            print('a form on', path)
        for link in re.findall(r' (?:href|src)="([^"]*)"', text):
            link = link.replace('&amp;', '&')
            if re.match(r'https?:|#', link):
                continue
            count += 1
            target = urllib.parse.unquote(link.split('#')[0])
            if target.startswith('/') or not os.path.exists(
                    os.path.normpath(os.path.join(folder, target))):
                print('dead link', link, 'on', path)
print('links lead to files' if count > 1000 else 'few links')
PYTHON
printf 'gemma-2-2b gpt-4-vision-preview\n' >pairs
"$ASSAY" export site public --as-of 2026-11-22 --pairs pairs 2>&1 |
    grep -o '[0-9]* removed'
find public/compare -name index.html
echo "--- bad input"
printf 'gemma-2-2b\n' >pairs
"$ASSAY" export site public --pairs pairs; echo $?
printf 'gemma-2-2b gpt-4oo\n' >pairs
"$ASSAY" export site public --pairs pairs; echo $?
"$ASSAY" export site; echo $?
