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
      "answered for each DaemonSet and the pods of its there.\n",
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
};

enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0], OPTION_VERSION = 256, OPTION_GATE, OPTION_ALL };

static const struct option long_options[] = {
    { "file", required_argument, NULL, 'f' },
    { "output", required_argument, NULL, 'o' },
    { "feature-gate", required_argument, NULL, OPTION_GATE },
    { "all", no_argument, NULL, OPTION_ALL },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 },
};

/* Of every subcommand, but for --feature-gate, which is of diff alone, and --all, which is of replay. */
static void print_options(bool gates, bool all)
{
    printf("  -f, --file FILE      read FILE; may be given several times\n"
           "  -o, --output FORMAT  text (default), or json: one document a line\n");
    if (gates)
        printf("      --feature-gate NAME=BOOL\n"
               "                       set a feature gate of OpenKruise, where two files are compared:\n"
               "                       InPlaceUpdateEnvFromMetadata (true where it is not set),\n"
               "                       InPlaceWorkloadVerticalScaling or\n"
               "                       RecreatePodWhenChangeVCTInCloneSetGate (false)\n");
    if (all)
        printf("      --all            show every line that differs, not only the first\n");
}

static int print_usage(void)
{
    printf("What a rollout controller would do now, and why, from objects as the API server writes them.\n\n");
    for (int i = 0; i < SUBCOMMANDS; i++)
        printf("  rollout %s\n", subcommands[i].usage);
    printf("  rollout help [COMMAND]\n"
           "\nFiles hold Snapshots, recorded decisions, single workloads, or a List as\n"
           "`kubectl get clonesets,statefulsets,daemonsets,controllerrevisions,pods,nodes,pvc -o json` prints it\n"
           "(statefulsets.apps.kruise.io and daemonsets.apps.kruise.io are OpenKruise's): any number of documents,\n"
           "in JSON, JSON Lines, or YAML where it was built with libyaml. No file, or \"-\": stdin. What comes\n"
           "after \"--\" is no option, be it a file named -x.\n\n");
    print_options(false, false);
    printf("  -h, --help           this, or more on one command\n"
           "      --version        the version\n\n"
           "Exit status: 2 for bad input and where the answer cannot be written; nothing is said where its\n"
           "reader went away. Text is cut to the width of a terminal (COLUMNS), and never elsewhere.\n");
    return finish(STATUS_YES);
}

static int print_help(const struct subcommand *subcommand)
{
    printf("rollout %s\n\n%s\n", subcommand->usage, subcommand->text);
    print_options(subcommand->run == command_diff, subcommand->run == command_replay);
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

static int run(const struct subcommand *subcommand, int argc, char **argv)
{
    /* As many as there are arguments is enough for each list. */
    const char **lists = calloc(2 * (size_t)argc + 2, sizeof *lists);
    if (!lists) {
        complain("rollout: out of memory");
        return STATUS_BAD;
    }
    struct options options = { .name = subcommand->name, .files = lists, .gates = lists + argc + 1 };
    int status = -1, c;
    opterr = 0;
    while (status < 0 && (c = getopt_long(argc, argv, ":f:o:h", long_options, NULL)) != -1) {
        switch (c) {
        case 'f':
            lists[options.file_count++] = optarg;
            break;
        case 'o':
            options.json = strcmp(optarg, "json") == 0;
            if (!options.json && strcmp(optarg, "text") != 0) {
                complain("rollout %s: -o is text or json, not %s", subcommand->name, optarg);
                status = STATUS_BAD;
            }
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
