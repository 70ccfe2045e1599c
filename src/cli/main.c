/*
 * The program: what must hold before anything runs, one command, and the
 * check that its output has arrived.
 */
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

static volatile sig_atomic_t signal_flag;

static void end_at_once(int number)
{
    _exit(ASSAY_EXIT_SIGNAL + number);
}

/* Who asks twice is not to wait any longer. */
static void set_flag(int number)
{
    if (signal_flag)
        end_at_once(number);
    signal_flag = number;
}

static void on_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void assay_cli_catch_signals(void)
{
    on_signals(set_flag);
}

void assay_cli_leave_signals(void)
{
    on_signals(end_at_once);
    signal(SIGINT, SIG_IGN);
    signal_flag = 0;
}

int assay_cli_signal(void)
{
    return signal_flag;
}

/*
 * A signal between a look at the flag and a read that blocks would be lost:
 * it is let in only while pselect waits.
 */
void assay_cli_wait_readable(int file)
{
    sigset_t ours, before;
    fd_set files;

    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    if (file >= FD_SETSIZE || sigprocmask(SIG_BLOCK, &ours, &before) != 0)
        return;
    FD_ZERO(&files);
    FD_SET(file, &files);
    if (!signal_flag)
        (void)pselect(file + 1, &files, NULL, NULL, NULL, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * A file opened later must not become standard output. A stream that the
 * caller has closed is opened the wrong way round, so that using it fails.
 */
static void open_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(ASSAY_EXIT_IO);
}

static int run(struct assay_cli *cli, int argc, char **argv)
{
    struct assay_error err = {0};
    bool parsed =
        assay_options_parse(&cli->arena, argc, argv, &cli->options, &err);

    cli->command = cli->options.command;
    if (assay_options_value(&cli->options, "help"))
        return cli->command ? assay_cli_help(cli, cli->command)
                            : assay_cli_overview(cli);
    if (!parsed || !assay_cli_prepare(cli, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (assay_options_value(&cli->options, "version"))
        return assay_cli_write(cli, ASSAY_STR("assay " ASSAY_VERSION "\n"));
    if (!cli->command)
        return assay_cli_misuse(cli, "name a command; assay --help lists them");
    return cli->command->run(cli);
}

int main(int argc, char **argv)
{
    struct assay_cli cli = {0};
    int code;

    open_streams();
    on_signals(end_at_once);
    signal(SIGPIPE, SIG_IGN); /* a write says so instead */
    signal(SIGXFSZ, SIG_IGN); /* likewise: a file as long as it may be */
    code = run(&cli, argc, argv);
    assay_cli_release(&cli);
    return code;
}
