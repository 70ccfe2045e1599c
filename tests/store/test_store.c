/*
 * The store: whose file it is, snapshots, and writers one at a time.
 */
#include "store/store.h"

#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEMA "create table t (n integer not null); insert into t values (0)"

static char folder[64], path[128];

static int in_new_folder(void **state)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/assay-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/s.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

static struct assay_store *open_version(const char *file, int version,
                                        struct assay_error *err)
{
    struct assay_store_options options = {.path = file,
                                          .application_id = 0x54455354,
                                          .version = version,
                                          .schema = SCHEMA,
                                          .wait_ms = 150};
    return assay_store_open(&options, err);
}

static struct assay_store *open_store(void)
{
    struct assay_error err = {0};
    struct assay_store *store = open_version(path, 1, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static int64_t number(struct assay_store *store)
{
    struct assay_error err = {0};
    struct assay_query *q =
        assay_store_query(store, "select sum(n) from t", &err);
    bool row = false;
    assert_non_null(q);
    if (!assay_query_step(q, &row, &err) || !row)
        fail_msg("%s", err.text);
    int64_t n = assay_query_int(q, 0);
    assay_query_reset(q);
    return n;
}

static bool add(struct assay_store *store, int64_t n, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(store, "update t set n = n + ?1", err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, n);
    return assay_query_run(q, err);
}

static bool write_one(struct assay_store *store, struct assay_error *err)
{
    return assay_store_begin_write(store, err) && add(store, 1, err) &&
           assay_store_commit(store, err);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static size_t read_file(const char *name, char *bytes, size_t size)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, size, file);
    assert_int_equal(fclose(file), 0);
    return len;
}

static void a_new_store_gets_its_folders_and_its_schema(void **state)
{
    struct assay_error err = {0};
    char deep[160];

    (void)snprintf(deep, sizeof(deep), "%s/a/b/s.db", folder);
    struct assay_store *store = open_version(deep, 1, &err);
    assert_non_null(store);
    assert_int_equal(number(store), 0);
    assert_false(assay_store_read_only(store));
    assay_store_close(store);
    store = open_version(deep, 1, &err);
    assert_non_null(store);
    assert_int_equal(number(store), 0);
    assay_store_close(store);
}

static void a_store_can_live_in_memory(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_version(":memory:", 1, &err);
    assert_non_null(store);
    assert_true(write_one(store, &err));
    assert_int_equal(number(store), 1);
    assay_store_close(store);
    assert_int_equal(access(":memory:.lock", F_OK), -1);
}

static void what_is_rolled_back_is_not_there(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_store();

    assert_true(assay_store_begin_write(store, &err));
    assert_true(add(store, 5, &err));
    assay_store_rollback(store);
    assert_int_equal(number(store), 0);
    assert_true(assay_store_begin_write(store, &err));
    assert_true(add(store, 5, &err));
    assay_store_close(store); /* the same as a rollback */
    store = open_store();
    assert_int_equal(number(store), 0);
    assay_store_close(store);
}

static void a_text_comes_back_byte_for_byte(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_store();
    struct assay_str given = {"a\0b\xc3\xa9", 5};
    struct assay_query *q =
        assay_store_query(store, "select ?1, ?2, ?3, length(?4)", &err);
    bool row;

    assert_non_null(q);
    assay_query_bind_text(q, 1, given);
    assay_query_bind_null(q, 2);
    assay_query_bind_int(q, 3, INT64_MIN);
    assay_query_bind_text(q, 4, (struct assay_str){NULL, 0});
    assert_true(assay_query_step(q, &row, &err));
    assert_true(row);
    assert_true(assay_str_equal(assay_query_text(q, 0), given));
    assert_true(assay_query_is_null(q, 1));
    assert_int_equal(assay_query_text(q, 1).len, 0);
    assert_true(assay_query_int(q, 2) == INT64_MIN);
    assert_int_equal(assay_query_int(q, 3), 0);
    assay_query_reset(q);
    assay_query_bind_int(q, 9, 1); /* there is no ninth */
    assert_false(assay_query_step(q, &row, &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
    assay_store_close(store);
}

static void foreign_files_are_refused_and_stay_as_they_are(void **state)
{
    static const char text[] = "name,price\ngpt-4o,2.50\n";
    struct {
        const char *name;
        char bytes[9000];
        size_t len;
        const char *says;
    } cases[] = {
        {.name = "text", .says = "is not a store of assay"},
        {.name = "sqlite", .says = "of another program"},
        {.name = "cut", .says = "store"},
    };
    struct assay_error err = {0};
    struct assay_store_options other = {.path = path,
                                        .application_id = 0x4f544845,
                                        .version = 1,
                                        .schema = SCHEMA};

    memcpy(cases[0].bytes, text, sizeof(text));
    cases[0].len = sizeof(text);
    struct assay_store *store = assay_store_open(&other, &err);
    assert_non_null(store);
    assert_true(write_one(store, &err));
    assay_store_close(store);
    cases[1].len = read_file(path, cases[1].bytes, sizeof(cases[1].bytes));
    memcpy(cases[2].bytes, cases[1].bytes, 700);
    cases[2].len = 700;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[160], now[9000];
        (void)snprintf(name, sizeof(name), "%s/%s", folder, cases[i].name);
        write_file(name, cases[i].bytes, cases[i].len);
        err = (struct assay_error){0};
        assert_null(open_version(name, 1, &err));
        if (err.code != ASSAY_BAD_INPUT || !strstr(err.text, name) ||
            !strstr(err.text, cases[i].says))
            fail_msg("%s: code %d: %s", cases[i].name, err.code, err.text);
        assert_int_equal(read_file(name, now, sizeof(now)), cases[i].len);
        assert_memory_equal(now, cases[i].bytes, cases[i].len);
    }
}

static void a_damaged_store_says_so(void **state)
{
    struct assay_error err = {0};
    static const char garbage[4096] = "garbage";
    struct assay_store *store = open_store();
    assert_true(write_one(store, &err));
    assay_store_close(store);

    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, garbage, sizeof(garbage), 4096),
                     sizeof(garbage));
    assert_int_equal(close(fd), 0);
    store = open_version(path, 1, &err);
    if (store) {
        assert_false(assay_store_begin_write(store, &err) &&
                     add(store, 1, &err));
        assay_store_close(store);
    }
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "damaged"));
}

static void an_older_binary_refuses_a_newer_schema(void **state)
{
    struct assay_error err = {0};
    assay_store_close(open_version(path, 7, &err));
    assert_null(open_version(path, 1, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "newer assay"));
    assert_non_null(strstr(err.text, "schema 7"));
}

static void a_folder_in_the_place_of_a_store_is_an_error(void **state)
{
    struct assay_error err = {0};
    assert_null(open_version(folder, 1, &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
    assert_non_null(strstr(err.text, folder));
}

static void a_reader_keeps_its_snapshot(void **state)
{
    struct assay_error err = {0};
    struct assay_store *reader = open_store(), *writer = open_store();

    assert_true(assay_store_begin_read(reader, &err));
    assert_int_equal(number(reader), 0);
    assert_true(write_one(writer, &err));
    assert_true(write_one(writer, &err)); /* the checkpoint cannot finish */
    assert_int_equal(number(reader), 0);
    assay_store_end_read(reader);
    assert_int_equal(number(reader), 2);
    assay_store_close(reader);
    assay_store_close(writer);
}

static void the_log_is_empty_after_a_commit(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_store();
    struct stat wal;
    char name[160];

    assert_true(write_one(store, &err));
    (void)snprintf(name, sizeof(name), "%s-wal", path);
    assert_int_equal(stat(name, &wal), 0);
    assert_int_equal(wal.st_size, 0);
    assay_store_close(store);
}

static void a_second_writer_gives_up_with_a_reason(void **state)
{
    struct assay_error err = {0};
    struct assay_store *first = open_store(), *second = open_store();

    assert_true(assay_store_begin_write(first, &err));
    assert_false(assay_store_begin_write(second, &err));
    assert_int_equal(err.code, ASSAY_SYSTEM);
    assert_non_null(strstr(err.text, "another assay process"));
    assay_store_rollback(first);
    assert_true(write_one(second, &err));
    assay_store_close(first);
    assay_store_close(second);
}

/* Through a link the same lock is taken. */
static void a_link_to_a_store_is_the_same_store(void **state)
{
    struct assay_error err = {0};
    char link_name[160];
    struct assay_store *first = open_store();

    (void)snprintf(link_name, sizeof(link_name), "%s/link.db", folder);
    assert_int_equal(symlink(path, link_name), 0);
    struct assay_store *second = open_version(link_name, 1, &err);
    assert_non_null(second);
    assert_true(assay_store_begin_write(first, &err));
    assert_false(assay_store_begin_write(second, &err));
    assay_store_close(first);
    assay_store_close(second);
}

static int all_children_ok(int count)
{
    int good = 0;
    for (int i = 0; i < count; i++) {
        int status;
        if (wait(&status) > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
            good++;
    }
    return good;
}

static void processes_that_create_and_write_at_once_lose_nothing(void **state)
{
    enum { PROCESSES = 4, WRITES = 25 };

    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child > 0)
            continue;
        struct assay_error err = {0};
        struct assay_store_options options = {.path = path,
                                              .application_id = 0x54455354,
                                              .version = 1,
                                              .schema = SCHEMA,
                                              .wait_ms = 60000};
        struct assay_store *store = assay_store_open(&options, &err);
        bool ok = store != NULL;
        for (int k = 0; ok && k < WRITES; k++)
            ok = write_one(store, &err);
        if (!ok)
            fprintf(stderr, "child: %s\n", err.text);
        assay_store_close(store);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(all_children_ok(PROCESSES), PROCESSES);
    struct assay_store *store = open_store();
    assert_int_equal(number(store), PROCESSES * WRITES);
    assay_store_close(store);
}

/* Root may write anything, so a child gives up being root. */
static void a_store_that_cannot_be_written_can_be_read(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_store();
    assert_true(write_one(store, &err));
    assay_store_close(store);
    static const char *const others[] = {"-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "%s%s", path, others[i]);
        assert_true(unlink(name) == 0 || errno == ENOENT);
    }
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        store = open_version(path, 1, &err);
        if (!store || !assay_store_read_only(store)) {
            fprintf(stderr, "child: %s\n", err.text);
            _exit(1);
        }
        bool read = number(store) == 1;
        bool refused = !assay_store_begin_write(store, &err) &&
                       err.code == ASSAY_SYSTEM &&
                       strstr(err.text, "read-only") != NULL;
        assay_store_close(store);
        _exit(read && refused ? 0 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(folder, 0755), 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        assay_test_skip("cannot become another user");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, in_new_folder, remove_folder)

static void a_logged_commit_is_seen_and_the_next_plain_one_empties_the_log(
    void **state)
{
    struct assay_error err = {0};
    struct assay_store *a = open_store(), *b = open_store();
    struct stat info;
    char log[160];

    (void)snprintf(log, sizeof(log), "%s-wal", path);
    for (int i = 0; i < 3; i++)
        if (!assay_store_begin_write(a, &err) || !add(a, 1, &err) ||
            !assay_store_commit_logged(a, &err))
            fail_msg("%s", err.text);
    assert_int_equal(number(b), 3);
    assert_int_equal(stat(log, &info), 0);
    assert_true(info.st_size > 0);
    if (!assay_store_begin_write(b, &err) || !add(b, 1, &err) ||
        !assay_store_commit(b, &err))
        fail_msg("%s", err.text);
    assert_int_equal(stat(log, &info), 0);
    assert_int_equal(info.st_size, 0);
    assert_int_equal(number(a), 4);
    assay_store_close(a);
    assay_store_close(b);
}

/* A text of that many bytes in one row: pages of the log in one commit. */
static void a_log_that_has_grown_is_emptied_by_any_commit(void **state)
{
    struct assay_error err = {0};
    struct assay_store *store = open_store();
    size_t len = (size_t)10 << 20;
    char *text = calloc(1, len);
    struct stat info;
    char log[160];

    (void)snprintf(log, sizeof(log), "%s-wal", path);
    assert_non_null(text);
    memset(text, 'x', len);
    assert_true(assay_store_begin_write(store, &err));
    assert_true(assay_store_run_script(store, "create table big (t)", &err));
    struct assay_query *q =
        assay_store_query(store, "insert into big values (?1)", &err);
    assert_non_null(q);
    assay_query_bind_bytes(q, 1, (struct assay_str){text, len});
    assert_true(assay_query_run(q, &err));
    assert_true(assay_store_commit_logged(store, &err));
    assert_int_equal(stat(log, &info), 0);
    assert_int_equal(info.st_size, 0);
    assay_store_close(store);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_store_gets_its_folders_and_its_schema),
        TEST(a_store_can_live_in_memory),
        TEST(what_is_rolled_back_is_not_there),
        TEST(a_text_comes_back_byte_for_byte),
        TEST(foreign_files_are_refused_and_stay_as_they_are),
        TEST(a_damaged_store_says_so),
        TEST(an_older_binary_refuses_a_newer_schema),
        TEST(a_folder_in_the_place_of_a_store_is_an_error),
        TEST(a_reader_keeps_its_snapshot),
        TEST(the_log_is_empty_after_a_commit),
        TEST(a_second_writer_gives_up_with_a_reason),
        TEST(a_link_to_a_store_is_the_same_store),
        TEST(processes_that_create_and_write_at_once_lose_nothing),
        TEST(a_store_that_cannot_be_written_can_be_read),
        TEST(a_logged_commit_is_seen_and_the_next_plain_one_empties_the_log),
        TEST(a_log_that_has_grown_is_emptied_by_any_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
