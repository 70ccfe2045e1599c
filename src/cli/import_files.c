/*
 * The files of a folder that end in ".json", in the order of their paths.
 */
#include "cli/import_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILES = 20000, MAX_DEPTH = 16 };

struct walk {
    struct assay_arena *arena;
    struct assay_import_files *files;
    size_t room;
    struct assay_error *err;
};

static bool add_file(struct walk *w, const char *path)
{
    struct assay_import_files *f = w->files;

    if (f->count >= MAX_FILES)
        return assay_fail(w->err, ASSAY_LIMIT,
                          "more than %d files that end in .json", MAX_FILES);
    if (f->count == w->room) {
        size_t room = w->room ? w->room * 2 : 64;
        const char **more = ASSAY_NEW_ARRAY(w->arena, const char *, room);
        if (f->count)
            memcpy(more, f->paths, f->count * sizeof *more);
        f->paths = more;
        w->room = room;
    }
    f->paths[f->count++] = path;
    return true;
}

static bool walk_folder(struct walk *w, const char *folder, unsigned depth);

/* Links are not followed: they may lead in circles. */
static bool take_entry(struct walk *w, const char *folder, const char *name,
                       unsigned depth)
{
    const char *path = assay_arena_printf(w->arena, "%s/%s", folder, name).at;
    struct stat info;

    if (name[0] == '.' || lstat(path, &info) != 0)
        return true;
    if (S_ISDIR(info.st_mode))
        return walk_folder(w, path, depth + 1);
    return !S_ISREG(info.st_mode) ||
           !assay_str_ends(assay_str_c(name), ".json") || add_file(w, path);
}

static bool walk_folder(struct walk *w, const char *folder, unsigned depth)
{
    DIR *dir = depth < MAX_DEPTH ? opendir(folder) : NULL;
    bool ok = true;

    if (depth >= MAX_DEPTH)
        return assay_fail(w->err, ASSAY_LIMIT,
                          "%s: more than %d folders in each other", folder,
                          MAX_DEPTH);
    if (!dir)
        return assay_fail(w->err, ASSAY_SYSTEM, "%s: %s", folder,
                          strerror(errno));
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        ok = take_entry(w, folder, entry->d_name, depth);
    closedir(dir);
    return ok;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool assay_import_files(struct assay_arena *arena, const char *path,
                        struct assay_import_files *files,
                        struct assay_error *err)
{
    struct walk w = {.arena = arena, .files = files, .err = err};
    struct stat info;

    *files = (struct assay_import_files){0};
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return add_file(&w, path);
    files->is_folder = true;
    if (!walk_folder(&w, path, 0))
        return false;
    if (files->count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: no file below it ends in .json", path);
    qsort(files->paths, files->count, sizeof *files->paths, by_path);
    return true;
}
