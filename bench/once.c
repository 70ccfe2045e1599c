/*
 * Runs one command and says what it took: the elapsed time in microseconds,
 * its processor time in microseconds, its peak resident memory in KiB and its
 * exit code, as one line in the file REPORT.
 *
 *   once REPORT COMMAND [ARGUMENT...]
 *
 * In C, because a command started from Python inherits Python's own peak:
 * Linux carries it over fork and exec (execve(2), getrusage(2)).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t time_us(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status;

    if (argc < 3) {
        fputs("usage: once REPORT COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    int64_t start_us = now_us();
    pid_t child = fork();

    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    /* wait4 is older than POSIX; getrusage says the same of all children */
    if (child < 0 || waitpid(child, &status, 0) < 0 ||
        getrusage(RUSAGE_CHILDREN, &used) != 0) {
        perror("once");
        return 1;
    }
    int64_t wall_us = now_us() - start_us;
    FILE *report = fopen(argv[1], "w");

    if (!report) {
        perror(argv[1]);
        return 1;
    }
    fprintf(report, "%lld %lld %ld %d\n", (long long)wall_us,
            (long long)(time_us(used.ru_utime) + time_us(used.ru_stime)),
            used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(report) == 0 ? 0 : 1;
}
