/* SPDX-License-Identifier: Apache-2.0 */
/* The command `rollout`: which subcommand, and its options. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const struct subcommand {
    const char *name;
    int (*run)(const struct options *options);
    const char *usage;
    const char *text;
    const char *status;
} subcommands[] = {
    { "plan", command_plan, "plan [-o json] [FILE...]",
      "Prints what would happen now: the actions, and for every pod, and every ordinal or node without one,\n"
      "why or why not.\n",
      "0; 2 bad input" },
    { "explain", command_explain, "explain POD [-o json] [FILE...]",
      "Prints why this pod is, or is not, touched now, with the arithmetic. POD is a name or\n"
      "NAMESPACE/NAME: also that of a pod that a StatefulSet lacks, or the name of a node, which is\n"
      "answered for each DaemonSet and the pods of its there, or that of a subset of a UnitedDeployment.\n",
      "0; 1 no such pod, ordinal or node; 2 bad input" },
    { "diff", command_diff, "diff [-o json] OLD NEW | diff OLD NEW -f FILE | diff -o json -",
      "Prints whether a pod can go from OLD to NEW in place, and if not, which path forbids it.\n"
      "OLD and NEW are files with a ControllerRevision, a workload, a PodTemplate or a bare pod template,\n"
      "or with -f the names of two revisions of a Snapshot. Kubernetes' own kinds update no pod in place.\n"
      "With a single \"-\", each document of stdin is an object {old, new, featureGates} and is answered by one.\n",
      "0 in place; 1 not; 2 bad input" },
    { "order", command_order, "order [-o json] [FILE...]",
      "Prints the order in which the planner takes pods to the update revision (or back from it, where it\n"
      "rolls back). CloneSet: those that it may take, which leaves out pods that are on their way out or in\n"
      "their grace period, with each pod's keys. StatefulSet: its places, with each pod's priority; DaemonSet:\n"
      "its nodes, with each one's class: also those that are updated, since they take up places, and those\n"
      "that the partition keeps. A document {labels, priorityStrategy, scatterStrategy, waiting} is answered\n"
      "by the order of those indexes.\n",
      "0; 2 bad input" },
    { "inject", command_inject, "inject [-o json] [FILE...]",
      "Prints what SidecarSets make of a new pod: its lists with what is new (+) and what was replaced (~), or why it\n"
      "is refused. A document is a Snapshot with `pod`, `sidecarSets`, and, where they matter, `revisions`, "
      "`namespaces`\n"
      "and `random`, the number in [0,1) that a Partial revision policy draws. -o json answers with the names in each\n"
      "list, and with the pod.\n",
      "0; 1 the pod is refused; 2 bad input" },
    { "lint", command_lint, "lint [-o json] [FILE...]",
      "Prints what is wrong with a strategy, as far as it can be said without playing it: percentages that round to\n"
      "none or to all, text that is read otherwise than it says, limits that leave nothing to do, terms that no pod\n"
      "has. Each finding has the field's path, a name, and the numbers.\n",
      "0 nothing found; 1 findings; 2 bad input" },
    { "replay", command_replay, "replay [--all] [-o json] [FILE...]",
      "Decides again what was recorded, and prints where this version decides otherwise: the id of the first\n"
      "such line, the path of its first difference, what is expected and what came out; then how many lines\n"
      "decide the same. A line is an object {id, snapshot, plan}, whose Plan is compared in full, or a\n"
      "recorded decision of a controller, {id, snapshot, expect}, or of a building block, whose document is\n"
      "one of diff's or order's with an expect.\n",
      "0 the same; 1 a difference; 2 bad input" },
    { "simulate", command_simulate, "simulate [OPTION...] [FILE... | --from OLD --to NEW]",
      "Plays the whole release in virtual time, by the rules that the controller goes by, and prints its timeline,\n"
      "the lowest availability and how long it takes. What others than the controller do takes as long as --delay\n"
      "says; the same seed gives the same release.\n",
      "0; 1 an assertion does not hold, or the release never ends; 2 bad input" },
    { "check", command_check, "check [OPTION...] [FILE... | --from OLD --to NEW]",
      "Explores every state that a small release can reach: each order in which pods become ready, fail or vanish.\n"
      "Prints that every state is safe and every path ends, or the shortest story of how it goes wrong.\n",
      "0 it holds; 1 it does not, or a limit came before the end; 2 bad input" },
};

/* An option that not every subcommand has. value: what it takes, NULL = nothing. */
struct command_option {
    const char *name;
    const char *value;
    const char *text; /* its lines */
};

#define OPTION_NODES { "nodes", "N", "with --from: so many made-up nodes; a DaemonSet needs them" }
#define OPTION_ZONES { "zones", "N", "with --nodes: spread over so many zones" }
#define OPTION_FROM  { "from", "OLD", "begin with all pods of this manifest running and ready ..." }
#define OPTION_TO    { "to", "NEW", "... and ask for this one, of the same workload" }

static const struct command_option simulate_options[] = {
    OPTION_FROM,
    OPTION_TO,
    OPTION_NODES,
    OPTION_ZONES,
    { "delay", "STEP=SPEC",
      "how long a step takes: schedule (1s), prepare (5s), pull (10s), start (2s),\n"
      "ready (5s), stop (5s), hook (2s). SPEC is 5s, 5s..20s, exp:10s or\n"
      "p50=10s,p95=40s: constant, uniform, exponential, log-normal" },
    { "seed", "N", "of what is drawn at random (1)" },
    { "runs", "N", "play it so often, with seeds from --seed on, and print p50, p95 and worst" },
    { "fault", "KIND=TARGET",
      "what goes wrong: never-ready=REVISION[@SHARE], image=REVISION[@SHARE],\n"
      "crash=REVISION[@SHARE]@AT (so long after ready), break=POD@AT, node=NODE@AT,\n"
      "zone=ZONE@AT, cordon=NODE@AT, return=NODE@AT, fail=NODE[@SHARE],\n"
      "room=SUBSET@AT (none for new pods of that subset until then; 0s: for good).\n"
      "REVISION is a name, new, old or any; SHARE is 10% of the pods" },
    { "change", "CHANGE",
      "the spec changes midway: \"AT FIELD=VALUE,...\" or AT=FILE; AT is 10m, or done:\n"
      "once the release is over or stuck. FIELD is image, image[CONTAINER], partition,\n"
      "paused, replicas, maxUnavailable, maxSurge or a path such as spec.template.x" },
    { "assert", "TEXT",
      "what must hold: \"available >= 90%\", \"total <= replicas + 1\", \"restarts <= 2\",\n"
      "\"per zone: unavailable <= 1\", \"order: role=follower before role=leader\",\n"
      "\"finishes within 10m\", \"old >= 3 until partition 0\"" },
    { "crash-after", "N", "play it once more with a driver that dies after each N-th action, and compare" },
    { "observe", "TIME", "what happens within so long makes one pass (1s)" },
    { "limit", "TIME", "give up after so long (168h)" },
    { "compare-in-place", NULL, "with --runs: compare with recreation over all runs, not the first alone" },
    { "record", "FILE", "write snapshot and plan of every pass" },
    { NULL, NULL, NULL },
};

static const struct command_option check_options[] = {
    OPTION_FROM,
    OPTION_TO,
    OPTION_NODES,
    OPTION_ZONES,
    { "replicas", "N", "explore each size from 1 to N; else as it stands, but no more than 4" },
    { "faults", "N", "so many faults at most (1)" },
    { "fault-kinds", "KIND,...",
      "which: unready, break, fail, vanish, node, cordon, return, room\n"
      "(unready,break,vanish)" },
    { "change", "CHANGE",
      "the spec may change at any moment: FIELD=VALUE,... or FILE; FIELD is image,\n"
      "image[CONTAINER], partition, paused, replicas, maxUnavailable, maxSurge or a path" },
    { "assert", "TEXT", "what must hold beyond the kind's own promises, as for simulate" },
    { "states", "N", "stop after so many states (10000000)" },
    { "memory", "SIZE", "stop when states take so much: 512M, 2G (1G)" },
    { NULL, NULL, NULL },
};

static const struct command_option diff_options[] = {
    { "feature-gate", "NAME=BOOL",
      "set a feature gate of OpenKruise, where two files are compared:\n"
      "InPlaceUpdateEnvFromMetadata (true where it is not set),\n"
      "InPlaceWorkloadVerticalScaling or\n"
      "RecreatePodWhenChangeVCTInCloneSetGate (false)" },
    { NULL, NULL, NULL },
};

static const struct command_option replay_options[] = {
    { "all", NULL, "show every line that differs, not only the first" },
    { NULL, NULL, NULL },
};

static const struct command_option no_options[] = { { NULL, NULL, NULL } };

static const struct command_option *options_of(const struct subcommand *subcommand)
{
    static const struct {
        int (*run)(const struct options *options);
        const struct command_option *options;
    } tables[] = { { command_diff, diff_options },
                   { command_replay, replay_options },
                   { command_simulate, simulate_options },
                   { command_check, check_options } };
    for (size_t i = 0; subcommand && i < sizeof tables / sizeof tables[0]; i++)
        if (tables[i].run == subcommand->run)
            return tables[i].options;
    return no_options;
}

enum {
    SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0],
    OPTION_VERSION = 256,
    OPTION_GATE,
    OPTION_ALL,
    OPTION_OWN
};

static const struct option common_options[] = {
    { "file", required_argument, NULL, 'f' },
    { "output", required_argument, NULL, 'o' },
    { "feature-gate", required_argument, NULL, OPTION_GATE },
    { "all", no_argument, NULL, OPTION_ALL },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, OPTION_VERSION },
};

/* One of a subcommand's own, its text in a column. */
static void print_option(const struct command_option *option)
{
    enum { COLUMN = 23 };
    int width = printf("      --%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
    if (width > COLUMN - 2) {
        printf("\n");
        width = 0;
    }
    for (const char *line = option->text; *line; width = 0) {
        size_t len = strcspn(line, "\n");
        printf("%*s%.*s\n", COLUMN - width, "", (int)len, line);
        line += len + (line[len] == '\n');
    }
}

/* Of every subcommand, and its own, which may be NULL. */
static void print_options(const struct subcommand *subcommand)
{
    bool junit = subcommand && subcommand->run == command_simulate;
    printf("  -f, --file FILE      read FILE; may be given several times\n"
           "  -o, --output FORMAT  text (default)%s json: one document a line%s\n",
           junit ? "," : ", or", junit ? ", or junit" : "");
    for (const struct command_option *option = options_of(subcommand); option->name; option++)
        print_option(option);
}

static int print_usage(void)
{
    printf("What a rollout controller would do now, and why, from objects as the API server writes them.\n\n");
    for (int i = 0; i < SUBCOMMANDS; i++)
        printf("  rollout %s\n", subcommands[i].usage);
    printf("  rollout help [COMMAND]\n"
           "\nFiles hold Snapshots, recorded decisions, single workloads, or a List as\n"
           "`kubectl get clonesets,statefulsets,daemonsets,deployments,replicasets,controllerrevisions,pods,nodes,pvc\n"
           "-o json` prints it\n"
           "(statefulsets.apps.kruise.io and daemonsets.apps.kruise.io are OpenKruise's): any number of documents,\n"
           "in JSON, JSON Lines, or YAML where it was built with libyaml. No file, or \"-\": stdin. What comes\n"
           "after \"--\" is no option, be it a file named -x.\n\n");
    print_options(NULL);
    printf("  -h, --help           this, or more on one command\n"
           "      --version        the version\n\n"
           "Exit status: 2 for bad input and where the answer cannot be written; nothing is said where its\n"
           "reader went away. Text is cut to the width of a terminal (COLUMNS), and never elsewhere.\n");
    return finish(STATUS_YES);
}

static int print_help(const struct subcommand *subcommand)
{
    printf("rollout %s\n\n%s\n", subcommand->usage, subcommand->text);
    print_options(subcommand);
    printf("  -h, --help           this\n\nExit status: %s.\n", subcommand->status);
    return finish(STATUS_YES);
}

static int print_version(void)
{
    printf("rollout %s\n", rollout_version());
    return finish(STATUS_YES);
}

/* What getopt_long answered `found` to; argument: the one it looked at last. */
static int wrong_option(const struct subcommand *subcommand, int found, const char *argument)
{
    bool is_long = strncmp(argument, "--", 2) == 0;
    if (found == ':')
        complain("rollout: %s: option %s needs a value", subcommand->name, argument);
    else if (is_long && optopt)
        complain("rollout: %s: option %s takes no value", subcommand->name, argument);
    else if (is_long || !optopt)
        complain("rollout: %s: unknown option %s", subcommand->name, argument);
    else
        complain("rollout: %s: unknown option -%c", subcommand->name, optopt);
    complain("usage: rollout %s", subcommand->usage);
    return STATUS_BAD;
}

/* Whether all subcommands know the option, be it to refuse it by name. */
static bool is_common(const char *name)
{
    for (size_t i = 0; i < sizeof common_options / sizeof common_options[0]; i++)
        if (strcmp(common_options[i].name, name) == 0)
            return true;
    return false;
}

/* The options of all subcommands and its own, for getopt_long(). */
static void list_options(const struct subcommand *subcommand, struct option *ret)
{
    memcpy(ret, common_options, sizeof common_options);
    ret += sizeof common_options / sizeof common_options[0];
    int val = OPTION_OWN;
    for (const struct command_option *option = options_of(subcommand); option->name; option++, val++)
        if (!is_common(option->name))
            *ret++ = (struct option){ option->name, option->value ? required_argument : no_argument, NULL, val };
    *ret = (struct option){ NULL, 0, NULL, 0 };
}

static bool set_output(const struct subcommand *subcommand, const char *format, struct options *options)
{
    bool takes_junit = subcommand->run == command_simulate;
    options->json = strcmp(format, "json") == 0;
    options->junit = takes_junit && strcmp(format, "junit") == 0;
    if (options->json || options->junit || strcmp(format, "text") == 0)
        return true;
    if (takes_junit)
        complain("rollout %s: -o is text, json or junit, not %s", subcommand->name, format);
    else
        complain("rollout %s: -o is text or json, not %s", subcommand->name, format);
    return false;
}

static int run(const struct subcommand *subcommand, int argc, char **argv)
{
    enum { MOST_OPTIONS = 32 };
    struct option long_options[MOST_OPTIONS];
    /* As many as there are arguments is enough for each list. */
    const char **lists = calloc(2 * (size_t)argc + 2, sizeof *lists);
    struct setting *settings = calloc((size_t)argc + 1, sizeof *settings);
    if (!lists || !settings) {
        free(lists);
        free(settings);
        complain("rollout: out of memory");
        return STATUS_BAD;
    }
    struct options options = {
        .name = subcommand->name, .files = lists, .gates = lists + argc + 1, .settings = settings
    };
    int status = -1, c, place = 0;
    opterr = 0;
    list_options(subcommand, long_options);
    while (status < 0 && (c = getopt_long(argc, argv, ":f:o:h", long_options, &place)) != -1) {
        switch (c) {
        case 'f':
            lists[options.file_count++] = optarg;
            break;
        case 'o':
            if (!set_output(subcommand, optarg, &options))
                status = STATUS_BAD;
            break;
        case OPTION_GATE:
            lists[argc + 1 + options.gate_count++] = optarg;
            break;
        case OPTION_ALL:
            options.all = true;
            break;
        case OPTION_VERSION:
            status = print_version();
            break;
        case 'h':
            status = print_help(subcommand);
            break;
        default:
            if (c >= OPTION_OWN)
                settings[options.setting_count++] = (struct setting){ long_options[place].name, optarg };
            else
                status = wrong_option(subcommand, c, argv[optind - 1]);
        }
    }
    options.arguments = (const char *const *)(argv + optind);
    options.argument_count = argc - optind;
    if (status < 0 && options.gate_count && subcommand->run != command_diff) {
        complain("rollout: %s: --feature-gate is an option of diff; a Snapshot has its featureGates", subcommand->name);
        status = STATUS_BAD;
    }
    if (status < 0 && options.all && subcommand->run != command_replay) {
        complain("rollout: %s: --all is an option of replay", subcommand->name);
        status = STATUS_BAD;
    }
    if (status < 0)
        status = subcommand->run(&options);
    free(lists);
    free(settings);
    return status;
}

/* NULL with a complaint where there is none. */
static const struct subcommand *find_subcommand(const char *name)
{
    for (int i = 0; i < SUBCOMMANDS; i++)
        if (strcmp(name, subcommands[i].name) == 0)
            return &subcommands[i];
    if (*name)
        complain("rollout: unknown command %s; see rollout --help", name);
    else
        complain("usage: rollout COMMAND ...; see rollout --help");
    return NULL;
}

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 || strcmp(argument, "help") == 0;
}

int main(int argc, char **argv)
{
    /* A reader that goes away is a write that fails. */
    signal(SIGPIPE, SIG_IGN);
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--version") == 0)
        return print_version();
    bool help = asks_for_help(name);
    if (help && (argc < 3 || asks_for_help(argv[2])))
        return print_usage();
    const struct subcommand *subcommand = find_subcommand(help ? argv[2] : name);
    if (!subcommand)
        return STATUS_BAD;
    return help ? print_help(subcommand) : run(subcommand, argc - 1, argv + 1);
}
