# SPDX-License-Identifier: Apache-2.0
# fish completion of rollout(1)

set -l commands plan explain diff order lint replay simulate check

complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -f
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a plan -d 'what would happen now'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a explain -d 'why one pod is, or is not, touched now'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a diff -d 'can a change be made in place'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a order -d 'the order in which pods or nodes are taken'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a lint -d 'what is wrong with a strategy'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a replay -d 'does this version decide as recorded'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a simulate -d 'the whole release in virtual time'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a check -d 'is every reachable state safe'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a help -d 'help on a command'
complete -c rollout -n '__fish_seen_subcommand_from help' -f -a "$commands"
complete -c rollout -n "__fish_seen_subcommand_from $commands" -s f -l file -r -F -d 'read a file'
complete -c rollout -n "__fish_seen_subcommand_from $commands" -s o -l output -x -a 'text json' -d 'form of the answer'
complete -c rollout -n '__fish_seen_subcommand_from diff' -l feature-gate -x -d 'set a feature gate' \
    -a '{InPlaceUpdateEnvFromMetadata,InPlaceWorkloadVerticalScaling,RecreatePodWhenChangeVCTInCloneSetGate}={true,false}'
complete -c rollout -n '__fish_seen_subcommand_from replay' -l all -d 'show every line that differs'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l from -r -F -d 'all pods of this manifest run'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l to -r -F -d 'and this one is asked for'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l nodes -x -d 'made-up nodes'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l zones -x -d 'zones of the nodes'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l delay -x -a '{schedule,prepare,pull,start,ready,stop,hook}=' -d 'how long a step takes'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l seed -x -d 'of what is random'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l runs -x -d 'play it so often'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l fault -x -a '{never-ready,image,crash,break,node,zone}=' -d 'what goes wrong'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l change -x -d 'the spec changes'
complete -c rollout -n '__fish_seen_subcommand_from simulate check' -l assert -x -d 'what must hold'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l crash-after -x -d 'the driver dies after so many actions'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l observe -x -d 'what makes one pass'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l limit -x -d 'give up after so long'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l compare-in-place -d 'compare with recreation over all runs'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -l record -r -F -d 'write every pass'
complete -c rollout -n '__fish_seen_subcommand_from check' -l replicas -x -d 'explore each size up to this'
complete -c rollout -n '__fish_seen_subcommand_from check' -l faults -x -d 'so many at most'
complete -c rollout -n '__fish_seen_subcommand_from check' -l fault-kinds -x -a 'unready break fail vanish node' -d 'which faults there are'
complete -c rollout -n '__fish_seen_subcommand_from check' -l states -x -d 'stop after so many'
complete -c rollout -n '__fish_seen_subcommand_from check' -l memory -x -d 'stop at such a size'
complete -c rollout -n '__fish_seen_subcommand_from simulate' -s o -l output -x -a 'junit' -d 'form of the answer'
complete -c rollout -s h -l help -d 'help, or more on one command'
complete -c rollout -l version -d 'the version'
