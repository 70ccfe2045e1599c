/* Right files: keys, tensors, the guard of mapped files, the nano models. */
#include "support/support.h"

#include "build_gguf.h"

#include "assay/file.h"
#include "assay/mapped.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct assay_weights *open_built(const struct build *b)
{
    struct assay_error err = {0};
    struct assay_weights *w = assay_weights_open_bytes(
        "built", (struct assay_str){(const char *)b->at, b->len}, &err);

    if (!w)
        fail_msg("%s", err.text);
    return w;
}

static void assert_text(struct assay_str got, const char *want)
{
    if (!assay_str_is(got, want))
        fail_msg("'%.*s', expected '%s'", ASSAY_STR_ARG(got), want);
}

/* ------------------------------------------------------------- metadata */

static void whole_numbers_of_every_size_are_read(void **state)
{
    static const struct {
        const char *key;
        uint64_t value;
        const char *error; /* NULL: none */
    } cases[] = {
        {"gemma2.context_length", 8192, NULL},
        {"t.u8", 200, NULL},
        {"t.u16", 60000, NULL},
        {"t.i16", 12, NULL},
        {"t.u64", UINT64_MAX, NULL},
        {"t.i8", 0, "key 't.i8': -3, expected 0 or more"},
        {"t.i32", 0, "key 't.i32': -70000, expected 0 or more"},
        {"t.i64", 0, "key 't.i64': -5, expected 0 or more"},
        {"t.f32", 0, "key 't.f32': f32, expected a whole number"},
        {"t.yes", 0, "key 't.yes': bool, expected a whole number"},
        {"t.words", 0, "key 't.words': array, expected a whole number"},
        {"t.none", 0, "built: key 't.none' is not stated"},
    };
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        uint64_t value = 0;
        bool ok = assay_weights_u64(w, cases[i].key, &value, &err);

        assert_int_equal(ok, cases[i].error == NULL);
        assert_int_equal(value, cases[i].value);
        assert_string_equal(err.text, cases[i].error ? cases[i].error : "");
        assert_int_equal(assay_weights_has(w, cases[i].key),
                         err.code != ASSAY_NOT_FOUND);
    }
    assay_weights_close(w);
    build_free(&b);
}

static void floats_bools_and_texts_are_read_by_their_type(void **state)
{
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);
    struct assay_error err = {0};
    struct assay_str text;
    float real;
    bool yes;
    uint32_t small;

    assert_true(assay_weights_f32(w, "t.f32", &real, &err) && real == 0.5f);
    assert_true(assay_weights_f32(w, "t.f64", &real, &err) && real == 3);
    assert_true(assay_weights_f32(w, "t.i32", &real, &err) && real == -70000);
    assert_false(assay_weights_f32(w, "t.nan", &real, &err));
    assert_string_equal(err.text, "key 't.nan': not a finite number");
    assert_true(assay_weights_bool(w, "t.yes", &yes, &err) && yes);
    assert_false(assay_weights_bool(w, "t.u8", &yes, &err));
    assert_true(assay_weights_text(w, "general.name", &text, &err));
    assert_text(text, "Pläin 2b");
    assert_false(assay_weights_text(w, "t.u8", &text, &err));
    assert_string_equal(err.text, "key 't.u8': u8, expected a string");
    assert_false(assay_weights_u32(w, "t.u64", &small, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assay_weights_close(w);
    build_free(&b);
}

static void arrays_are_read_from_first_to_last(void **state)
{
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);
    struct assay_error err = {0};
    struct assay_weights_list list;
    struct assay_str text;
    int64_t whole;
    float real;

    assert_true(assay_weights_list(w, "t.words", &list, &err));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.kind, ASSAY_WEIGHTS_STRING);
    assert_false(assay_weights_next_i64(&list, &whole));
    assert_true(assay_weights_next_text(&list, &text));
    assert_text(text, "<pad>");
    assert_true(assay_weights_next_text(&list, &text));
    assert_text(text, "");
    assert_true(assay_weights_next_text(&list, &text));
    assert_text(text, "▁the");
    assert_false(assay_weights_next_text(&list, &text));

    assert_true(assay_weights_list(w, "t.scores", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_FLOAT);
    assert_true(assay_weights_next_f32(&list, &real) && real == -1);
    assert_true(assay_weights_next_f32(&list, &real) && real == -2.5f);
    assert_false(assay_weights_next_f32(&list, &real));

    assert_true(assay_weights_list(w, "t.types", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_WHOLE);
    assert_true(assay_weights_next_i64(&list, &whole) && whole == -1);
    assert_true(assay_weights_next_i64(&list, &whole) && whole == 6);
    assert_false(assay_weights_next_i64(&list, &whole));

    assert_true(assay_weights_list(w, "t.flags", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_BOOL);
    assert_true(assay_weights_next_i64(&list, &whole) && whole == 1);
    assert_false(assay_weights_list(w, "t.u8", &list, &err));
    assay_weights_close(w);
    build_free(&b);
}

static void keys_come_sorted(void **state)
{
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);

    assert_int_equal(assay_weights_key_count(w), 19);
    for (size_t i = 1; i < assay_weights_key_count(w); i++)
        assert_true(assay_str_compare(assay_weights_key(w, i - 1),
                                      assay_weights_key(w, i)) < 0);
    assay_weights_close(w);
    build_free(&b);
}

/* ------------------------------------------------------------- tensors */

static void a_tensor_is_found_with_its_size_and_place(void **state)
{
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);
    struct assay_tensor t;

    assert_int_equal(assay_weights_tensor_count(w), TYPES);
    assert_true(assay_weights_tensor(w, ASSAY_STR("blk.0.F16"), &t));
    assert_int_equal(t.type, ASSAY_TENSOR_F16);
    assert_int_equal(t.dim_count, 2);
    assert_int_equal(t.dims[0], 256);
    assert_int_equal(t.dims[1], 2);
    assert_int_equal(t.dims[3], 1);
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.values, 512);
    assert_int_equal(t.row_bytes, 512);
    assert_int_equal(t.bytes, 1024);
    /* behind the first one, 2,048 bytes of F32 */
    assert_ptr_equal(t.data, b.at + b.data_at + 2048);
    assert_true(assay_weights_tensor(w, ASSAY_STR("blk.0.Q6_K"), &t));
    assert_int_equal(t.bytes, 420);
    assert_ptr_equal(t.data + t.bytes, b.at + b.len - 28); /* padding */
    assert_false(assay_weights_tensor(w, ASSAY_STR("blk.0"), &t));
    assert_int_equal(assay_weights_file_bytes(w), b.len);
    assay_weights_close(w);
    build_free(&b);
}

static void version_2_is_read_and_the_last_tensor_needs_no_padding(void **state)
{
    struct build b = {0};
    struct assay_error err;

    put_header(&b, 2, 1, 0);
    put_tensor(&b, "x", ASSAY_TENSOR_F16, (uint64_t[]){3, 1}, 0);
    build_data(&b, 6);
    if (!open_and_use(b.at, b.len, &err))
        fail_msg("%s", err.text);
    build_free(&b);
}

static void a_file_without_tensors_is_one_of_keys_alone(void **state)
{
    struct build b = {0};
    struct assay_error err;

    put_header(&b, 3, 0, 1);
    put_key_text(&b, "general.architecture", "gemma2");
    if (!open_and_use(b.at, b.len, &err))
        fail_msg("%s", err.text);
    build_free(&b);
}

static void verify_names_the_first_value_that_is_not_finite(void **state)
{
    struct build b = build_plain();
    struct assay_weights *w = open_built(&b);
    struct assay_error err = {0};
    struct assay_tensor t;

    if (!assay_weights_verify(w, &err))
        fail_msg("%s", err.text);
    assert_true(assay_weights_tensor(w, ASSAY_STR("blk.0.Q8_0"), &t));
    /* the scale of the first block of the second row: an infinite f16 */
    uint8_t *scale = b.at + (t.data - b.at) + t.row_bytes;
    scale[0] = 0;
    scale[1] = 0x7c;
    assert_false(assay_weights_verify(w, &err));
    assert_string_equal(err.text,
                        "built: tensor 'blk.0.Q8_0', row 1, column 0: not a "
                        "finite number");
    assay_weights_close(w);
    build_free(&b);
}

/* ------------------------------------------------------------- files */

static void the_nano_models_load_whole(void **state)
{
    static const struct {
        const char *path, *name;
        size_t tensors;
        uint64_t parameters;
    } cases[] = {
        {"data/nano/nano-s.gguf", "assay nano s", 46, 862336},
        {"data/nano/nano-xs.gguf", "assay nano xs", 35, 185152},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        struct assay_weights_list tokens = {0};
        struct assay_str name = {"", 0};
        uint64_t parameters = 0;
        struct assay_weights *w = assay_weights_open(cases[i].path, &err);

        if (!w || !assay_weights_verify(w, &err) ||
            !assay_weights_text(w, "general.name", &name, &err) ||
            !assay_weights_list(w, "tokenizer.ggml.tokens", &tokens, &err))
            fail_msg("%s", err.text);
        assert_text(name, cases[i].name);
        assert_int_equal(tokens.count, 576);
        assert_int_equal(assay_weights_tensor_count(w), cases[i].tensors);
        for (size_t k = 0; k < cases[i].tensors; k++) {
            struct assay_tensor t;
            assay_weights_tensor_at(w, k, &t);
            parameters += t.values;
        }
        assert_int_equal(parameters, cases[i].parameters);
        assert_true(assay_weights_named(cases[i].path));
        use_all(w);
        assay_weights_close(w);
    }
    assert_false(assay_weights_named("google/gemma-2-2b"));
    assert_false(assay_weights_named("data/nano/nano-s.json"));
}

static void what_is_no_file_of_weights_says_so(void **state)
{
    static const struct {
        const char *path;
        enum assay_code code;
        const char *text;
    } cases[] = {
        {"tests/gguf/no.gguf", ASSAY_NOT_FOUND,
         "cannot open 'tests/gguf/no.gguf': No such file or directory"},
        {"tests/gguf", ASSAY_NOT_FOUND,
         "folder 'tests/gguf' holds no model.safetensors"},
        {"/dev/null", ASSAY_BAD_INPUT, "'/dev/null' is not a file"},
        {"data/nano/nano-s.json", ASSAY_BAD_INPUT,
         "data/nano/nano-s.json: neither 'GGUF' at byte 0 nor '{' at byte 8: "
         "expected GGUF or safetensors"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        assert_null(assay_weights_open(cases[i].path, &err));
        assert_string_equal(err.text, cases[i].text);
        assert_int_equal(err.code, cases[i].code);
    }
}

/* ------------------------------------------------------------- the guard */

/* Writes the file and opens it; its name is in `path`. */
static struct assay_weights *open_written(const struct build *b, char *path)
{
    struct assay_error err = {0};
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, b->at, b->len), (ssize_t)b->len);
    close(file);
    struct assay_weights *w = assay_weights_open(path, &err);
    if (!w)
        fail_msg("%s", err.text);
    assert_true(assay_weights_check(w, &err));
    return w;
}

/* One tensor of many pages: 4 MiB of F32. */
static struct build build_pages(void)
{
    struct build b = {0};

    put_header(&b, 3, 1, 1);
    put_key_text(&b, "general.architecture", "gemma2");
    put_tensor(&b, "big", ASSAY_TENSOR_F32, (uint64_t[]){1024, 1024}, 0);
    build_data(&b, 4 << 20);
    return b;
}

/* Pages of files that are in this process's memory; 0: nobody says. */
static size_t file_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long all, resident, shared = 0;

    if (file && fscanf(file, "%lu %lu %lu", &all, &resident, &shared) != 3)
        shared = 0;
    if (file)
        fclose(file);
    return shared;
}

static void pages_that_are_done_with_go_and_come_back(void **state)
{
    char path[] = "/tmp/assay-weights-XXXXXX";
    struct assay_error err = {0};
    struct build b = build_pages();
    struct assay_weights *w = open_written(&b, path);
    struct assay_tensor t;
    double sum = use_all(w);
    size_t before = file_pages();

    assert_true(assay_weights_tensor(w, ASSAY_STR("big"), &t));
    /* a part in the middle, then all; and what is no part of it */
    assay_weights_done_with(w, t.data + 5000, 100);
    assay_weights_done_with(w, t.data, t.bytes);
    assay_weights_done_with(w, t.data, 0);
    assay_weights_done_with(w, (const uint8_t *)path, sizeof path);
    if (before && before - file_pages() < 512)
        fail_msg("%zu pages, then %zu: 1024 were to go", before, file_pages());
    assert_true(use_all(w) == sum);
    assert_memory_equal(t.data, b.at + b.data_at, t.bytes);
    assert_true(assay_weights_check(w, &err));
    /* a file that was shrunk meanwhile is none of its bytes any more */
    assay_weights_done_with(w, t.data, t.bytes);
    assert_int_equal(truncate(path, 4096), 0);
    use_all(w);
    assert_false(assay_weights_check(w, &err));
    assay_weights_done_with(w, t.data, t.bytes);
    use_all(w);
    assay_weights_close(w);
    unlink(path);
    /* bytes in memory stay as they are */
    w = assay_weights_open_bytes(
        "built", (struct assay_str){(const char *)b.at, b.len}, &err);
    assert_true(assay_weights_tensor(w, ASSAY_STR("big"), &t));
    assay_weights_done_with(w, t.data, t.bytes);
    assert_true(use_all(w) == sum);
    assay_weights_close(w);
    build_free(&b);
}

static void a_file_shrunk_while_mapped_is_an_error_and_no_crash(void **state)
{
    /* to half, to less than the header, to nothing */
    static const off_t sizes[] = {2 << 20, 100, 0};
    struct sigaction before, after;

    sigaction(SIGBUS, NULL, &before);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[] = "/tmp/assay-weights-XXXXXX";
        struct assay_error err = {0};
        struct build b = build_pages();
        struct assay_weights *w = open_written(&b, path);

        assert_int_equal(truncate(path, sizes[i]), 0);
        use_all(w);
        assert_false(assay_weights_check(w, &err));
        assert_int_equal(err.code, ASSAY_SYSTEM);
        assert_non_null(strstr(err.text, "was shrunk from 4194"));
        assert_false(assay_weights_verify(w, &err));
        assay_weights_close(w);
        unlink(path);
        build_free(&b);
    }
    sigaction(SIGBUS, NULL, &after);
    assert_ptr_equal(before.sa_sigaction, after.sa_sigaction);
}

static void what_was_lost_stays_an_error_when_the_file_grows_again(void **state)
{
    char path[] = "/tmp/assay-weights-XXXXXX";
    struct assay_error err = {0};
    struct build b = build_pages();
    struct assay_weights *w = open_written(&b, path);
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    const struct timespec times[2] = {info.st_atim, info.st_mtim};
    assert_int_equal(truncate(path, 4096), 0);
    use_all(w);
    assert_int_equal(truncate(path, (off_t)b.len), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_false(assay_weights_check(w, &err));
    assert_non_null(strstr(err.text, "could not be read"));
    assay_weights_close(w);
    unlink(path);
    build_free(&b);
}

static void a_file_rewritten_in_place_is_an_error(void **state)
{
    char path[] = "/tmp/assay-weights-XXXXXX";
    struct assay_error err = {0};
    struct build b = build_pages();
    struct assay_weights *w = open_written(&b, path);
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_false(assay_weights_check(w, &err));
    assert_non_null(strstr(err.text, "was changed while in use"));
    assay_weights_close(w);
    unlink(path);
    build_free(&b);
}

struct reading {
    const struct assay_weights *weights;
    atomic_bool *stop;
};

static void *read_on(void *context)
{
    struct reading *reading = context;

    while (!atomic_load(reading->stop))
        use_all(reading->weights);
    use_all(reading->weights);
    return NULL;
}

/* The thread sanitizer takes the handler's mmap for a write to race with. */
#if defined(__SANITIZE_THREAD__)
#define THREADS_ARE_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_ARE_WATCHED 1
#endif
#endif

static void threads_that_read_while_it_shrinks_go_on(void **state)
{
#ifdef THREADS_ARE_WATCHED
    assay_test_skip("the thread sanitizer does not know zeros from a write");
#endif
    char path[] = "/tmp/assay-weights-XXXXXX";
    char other_path[] = "/tmp/assay-weights-XXXXXX";
    struct assay_error err = {0};
    struct build b = build_pages();
    struct assay_weights *w = open_written(&b, path);
    struct assay_weights *other = open_written(&b, other_path);
    atomic_bool stop = false;
    struct reading reading = {w, &stop};
    pthread_t threads[3];

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &reading),
                         0);
    for (off_t size = (off_t)b.len; size > 0; size -= 300 * 1024)
        assert_int_equal(truncate(path, size), 0);
    assert_int_equal(truncate(path, 0), 0);
    atomic_store(&stop, true);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_false(assay_weights_check(w, &err));
    assert_true(assay_weights_check(other, &err));
    use_all(other);
    assay_weights_close(w);
    assay_weights_close(other);
    unlink(path);
    unlink(other_path);
    build_free(&b);
}

static volatile sig_atomic_t others_signals;

static void others_handler(int signal_number)
{
    others_signals++;
}

static void a_signal_that_is_not_ours_goes_to_who_was_there(void **state)
{
    struct sigaction ours = {.sa_handler = others_handler}, before;
    char path[] = "/tmp/assay-weights-XXXXXX";
    struct build b = build_pages();

    others_signals = 0;
    assert_int_equal(sigaction(SIGBUS, &ours, &before), 0);
    struct assay_weights *w = open_written(&b, path);
    assert_int_equal(raise(SIGBUS), 0);
    assert_int_equal(others_signals, 1);
    assay_weights_close(w);
    assert_int_equal(raise(SIGBUS), 0);
    assert_int_equal(others_signals, 2);
    assert_int_equal(sigaction(SIGBUS, &before, NULL), 0);
    unlink(path);
    build_free(&b);
}

static void more_files_than_the_guard_holds_are_refused(void **state)
{
    enum { MANY = 300 };
    struct assay_mapped *open[MANY] = {0};
    struct assay_error err = {0};
    size_t count = 0;

    while (count < MANY &&
           (open[count] = assay_mapped_open("data/nano/nano-xs.gguf", SIZE_MAX,
                                            &err)) != NULL)
        count++;
    assert_int_equal(count, 256);
    assert_int_equal(err.code, ASSAY_LIMIT);
    while (count > 0)
        assay_mapped_close(open[--count]);
    assert_null(assay_mapped_open("data/nano/nano-xs.gguf", 1000, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_of_every_size_are_read),
        cmocka_unit_test(floats_bools_and_texts_are_read_by_their_type),
        cmocka_unit_test(arrays_are_read_from_first_to_last),
        cmocka_unit_test(keys_come_sorted),
        cmocka_unit_test(a_tensor_is_found_with_its_size_and_place),
        cmocka_unit_test(
            version_2_is_read_and_the_last_tensor_needs_no_padding),
        cmocka_unit_test(a_file_without_tensors_is_one_of_keys_alone),
        cmocka_unit_test(verify_names_the_first_value_that_is_not_finite),
        cmocka_unit_test(the_nano_models_load_whole),
        cmocka_unit_test(what_is_no_file_of_weights_says_so),
        cmocka_unit_test(pages_that_are_done_with_go_and_come_back),
        cmocka_unit_test(a_file_shrunk_while_mapped_is_an_error_and_no_crash),
        cmocka_unit_test(
            what_was_lost_stays_an_error_when_the_file_grows_again),
        cmocka_unit_test(a_file_rewritten_in_place_is_an_error),
        cmocka_unit_test(threads_that_read_while_it_shrinks_go_on),
        cmocka_unit_test(a_signal_that_is_not_ours_goes_to_who_was_there),
        cmocka_unit_test(more_files_than_the_guard_holds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
