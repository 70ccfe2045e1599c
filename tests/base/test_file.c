/*
 * Files: whole in, whole out, errors that name them; and SHA-256. Every test
 * has a folder of its own under TMPDIR, removed afterwards.
 */
#include "assay/file.h"

#include "support/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    struct assay_arena arena;
    char *path;
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    const char *base = getenv("TMPDIR");
    if (!folder)
        return -1;
    folder->path = assay_arena_cstr(&folder->arena,
                                    assay_arena_printf(&folder->arena,
                                                       "%s/assay-test-XXXXXX",
                                                       base ? base : "/tmp"));
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static void remove_tree(struct assay_arena *arena, const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *inner =
            assay_arena_printf(arena, "%s/%s", path, entry->d_name).at;
        if (unlink(inner) != 0)
            remove_tree(arena, inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    remove_tree(&folder->arena, folder->path);
    assay_arena_free(&folder->arena);
    free(folder);
    return 0;
}

static const char *path_in(struct folder *folder, const char *name)
{
    return assay_arena_printf(&folder->arena, "%s/%s", folder->path, name).at;
}

static size_t count_files(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void write_file(const char *path, struct assay_str text)
{
    struct assay_error err = {0};
    if (!assay_file_write(path, text, &err))
        fail_msg("%s", err.text);
}

static void what_is_written_is_read_back(void **state)
{
    struct folder *folder = *state;
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 300000};
    const char *path = path_in(folder, "file");

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct assay_error err = {0};
        struct assay_str text, back;
        char *bytes = assay_arena_alloc(&folder->arena, sizes[i] + 1, 1);
        for (size_t n = 0; n < sizes[i]; n++)
            bytes[n] = (char)(n * 7);
        text = (struct assay_str){bytes, sizes[i]};
        write_file(path, text);
        if (!assay_file_read(&folder->arena, path, sizes[i], &back, &err))
            fail_msg("%s", err.text);
        assert_true(assay_str_equal(text, back));
        assert_int_equal(back.at[back.len], '\0');
    }
    assert_int_equal(count_files(folder->path), 1);
}

static void a_file_over_its_limit_is_refused(void **state)
{
    struct folder *folder = *state;
    struct assay_error err = {0};
    struct assay_str text = ASSAY_STR("unchanged");
    const char *path = path_in(folder, "file");

    write_file(path, ASSAY_STR("12345"));
    assert_false(assay_file_read(&folder->arena, path, 4, &text, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_non_null(strstr(err.text, "/file' is longer than 4 bytes"));
    assert_true(assay_str_is(text, "unchanged"));
    assert_true(assay_file_read(&folder->arena, path, 5, &text, &err));
    assert_true(assay_file_read(&folder->arena, path, SIZE_MAX, &text, &err));
    assert_true(assay_str_is(text, "12345"));
}

/* Pipes have no size to look at: the limit holds while reading. */
static void standard_input_is_read_up_to_its_limit(void **state)
{
    struct folder *folder = *state;
    static const struct {
        size_t len, max;
        bool ok;
    } cases[] = {
        {0, 0, true},         {1, 0, false},      {5, 5, true},
        {6, 5, false},        {4096, 4096, true}, {4097, 4096, false},
        {4097, 5000, true},   {9000, 9000, true}, {9001, 9000, false},
        {20000, 60000, true},
    };
    int saved = dup(STDIN_FILENO);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_error err = {0};
        struct assay_str text;
        int ends[2];
        char *bytes = assay_arena_alloc(&folder->arena, cases[i].len, 1);
        memset(bytes, 'x', cases[i].len);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes, cases[i].len), cases[i].len);
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        bool ok =
            assay_file_read(&folder->arena, "-", cases[i].max, &text, &err);
        if (ok != cases[i].ok)
            fail_msg("%zu of %zu: %s", cases[i].len, cases[i].max, err.text);
        if (ok)
            assert_int_equal(text.len, cases[i].len);
        else
            assert_int_equal(err.code, ASSAY_LIMIT);
    }
    dup2(saved, STDIN_FILENO);
    close(saved);
}

static void an_absent_file_is_not_found_by_name(void **state)
{
    struct folder *folder = *state;
    struct assay_error err = {0};
    struct assay_str text;
    struct assay_date date;

    assert_false(assay_file_read(&folder->arena, path_in(folder, "absent"), 9,
                                 &text, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.text, "/absent': No such file or directory"));
    assert_false(assay_file_date(path_in(folder, "absent"), &date, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_false(assay_file_read(&folder->arena, folder->path, 9, &text, &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
}

static void a_file_that_cannot_be_replaced_is_unchanged(void **state)
{
    struct folder *folder = *state;
    struct assay_error err = {0};
    const char *inner = path_in(folder, "a/b");

    assert_false(
        assay_file_write(path_in(folder, "no/file"), ASSAY_STR("x"), &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    /* a folder that is not empty cannot be replaced by a file */
    assert_true(assay_file_make_parent(inner, &err));
    write_file(inner, ASSAY_STR("kept"));
    assert_false(assay_file_write(path_in(folder, "a"), ASSAY_STR("x"), &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
    assert_non_null(strstr(err.text, "cannot replace '"));
    assert_int_equal(count_files(folder->path), 1);
    struct assay_str text;
    assert_true(assay_file_read(&folder->arena, inner, 9, &text, &err));
    assert_true(assay_str_is(text, "kept"));
}

static void a_replaced_file_keeps_its_mode(void **state)
{
    struct folder *folder = *state;
    const char *path = path_in(folder, "secret");
    struct stat info;

    write_file(path, ASSAY_STR("one"));
    assert_int_equal(chmod(path, 0600), 0);
    write_file(path, ASSAY_STR("two"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* A stopped run may have left its temporary file. */
static void a_left_over_temporary_file_is_no_obstacle(void **state)
{
    struct folder *folder = *state;
    struct assay_str left = assay_arena_printf(
        &folder->arena, "%s/f.%lld-0.tmp", folder->path, (long long)getpid());
    FILE *file = fopen(left.at, "w");

    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    write_file(path_in(folder, "f"), ASSAY_STR("x"));
    assert_int_equal(count_files(folder->path), 2);
}

static void parents_are_made_as_deep_as_needed(void **state)
{
    struct folder *folder = *state;
    struct assay_error err = {0};

    assert_true(assay_file_make_parent("plain-name", &err));
    assert_true(assay_file_make_parent("", &err));
    assert_true(assay_file_make_parent("/", &err));
    assert_true(assay_file_make_parent(path_in(folder, "a//b/c/file"), &err));
    assert_true(assay_file_make_parent(path_in(folder, "a/b/c/file"), &err));
    write_file(path_in(folder, "a/b/c/file"), ASSAY_STR("x"));
    assert_false(assay_file_make_parent(path_in(folder, "a/b/c/file/x"), &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
    assert_non_null(strstr(err.text, "file' is not a folder"));
}

static void the_date_of_a_file_is_its_last_change_in_utc(void **state)
{
    struct folder *folder = *state;
    static const struct {
        time_t seconds;
        const char *date; /* NULL: refused */
    } cases[] = {
        {0, "1970-01-01"},          {86399, "1970-01-01"},
        {86400, "1970-01-02"},      {-1, "1969-12-31"},
        {-86400, "1969-12-31"},     {-86401, "1969-12-30"},
        {1795305600, "2026-11-22"}, {7258118400, NULL}, /* 2200-01-01 */
    };
    const char *path = path_in(folder, "file");

    write_file(path, ASSAY_STR("x"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_error err = {0};
        struct assay_date date = {0};
        struct timespec times[2] = {{.tv_sec = cases[i].seconds},
                                    {.tv_sec = cases[i].seconds}};
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        bool ok = assay_file_date(path, &date, &err);
        assert_int_equal(ok, cases[i].date != NULL);
        if (ok)
            assert_string_equal(assay_date_text(&folder->arena, date).at,
                                cases[i].date);
    }
}

/* FIPS 180-2, appendix B, and the empty text. */
static void sha256_gives_the_published_digests(void **state)
{
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b"
             "855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
                "15ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct assay_arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str hex =
            assay_sha256_hex(&arena, assay_str_c(cases[i].text));
        assert_int_equal(hex.len, 64);
        assert_string_equal(hex.at, cases[i].digest);
    }
    assay_arena_free(&arena);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_written_is_read_back),
        IN_FOLDER(a_file_over_its_limit_is_refused),
        IN_FOLDER(standard_input_is_read_up_to_its_limit),
        IN_FOLDER(an_absent_file_is_not_found_by_name),
        IN_FOLDER(a_file_that_cannot_be_replaced_is_unchanged),
        IN_FOLDER(a_replaced_file_keeps_its_mode),
        IN_FOLDER(a_left_over_temporary_file_is_no_obstacle),
        IN_FOLDER(parents_are_made_as_deep_as_needed),
        IN_FOLDER(the_date_of_a_file_is_its_last_change_in_utc),
        cmocka_unit_test(sha256_gives_the_published_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
