/*
 * Runs one fuzz target over the files of its corpus, without libFuzzer:
 * how `make check` replays what fuzzing once found. The last line printed
 * is the number of inputs.
 */
#include "fuzz_target.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool replay_file(const char *path)
{
    struct stat status;
    uint8_t *data = NULL;
    bool ok = false;

    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status) != 0)
        goto out;
    size_t len = (size_t)status.st_size;
    /* exactly as long as the input, so that ASan sees one byte too far */
    data = malloc(len ? len : 1);
    if (!data || fread(data, 1, len, file) != len)
        goto out;
    LLVMFuzzerTestOneInput(data, len);
    ok = true;
out:
    free(data);
    if (file)
        fclose(file);
    if (!ok)
        fprintf(stderr, "replay: cannot read %s\n", path);
    return ok;
}

static bool replay_folder(const char *folder, size_t *count)
{
    bool ok = true;
    DIR *dir = opendir(folder);

    if (!dir) {
        fprintf(stderr, "replay: cannot open %s\n", folder);
        return false;
    }
    for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        /* named before it runs: a crash shows its input */
        fprintf(stderr, "input %s\n", path);
        ok = replay_file(path);
        *count += 1;
    }
    closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    bool ok = true;

    for (int i = 1; i < argc && ok; i++)
        ok = replay_folder(argv[i], &count);
    printf("%zu inputs\n", count);
    return ok ? 0 : 1;
}
