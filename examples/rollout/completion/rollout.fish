# SPDX-License-Identifier: Apache-2.0
# fish completion of rollout(1)

set -l commands plan explain diff order lint replay

complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -f
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a plan -d 'what would happen now'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a explain -d 'why one pod is, or is not, touched now'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a diff -d 'can a change be made in place'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a order -d 'the order in which pods or nodes are taken'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a lint -d 'what is wrong with a strategy'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a replay -d 'does this version decide as recorded'
complete -c rollout -n "not __fish_seen_subcommand_from $commands help" -a help -d 'help on a command'
complete -c rollout -n '__fish_seen_subcommand_from help' -f -a "$commands"
complete -c rollout -n "__fish_seen_subcommand_from $commands" -s f -l file -r -F -d 'read a file'
complete -c rollout -n "__fish_seen_subcommand_from $commands" -s o -l output -x -a 'text json' -d 'form of the answer'
complete -c rollout -n '__fish_seen_subcommand_from diff' -l feature-gate -x -d 'set a feature gate' \
    -a '{InPlaceUpdateEnvFromMetadata,InPlaceWorkloadVerticalScaling,RecreatePodWhenChangeVCTInCloneSetGate}={true,false}'
complete -c rollout -n '__fish_seen_subcommand_from replay' -l all -d 'show every line that differs'
complete -c rollout -s h -l help -d 'help, or more on one command'
complete -c rollout -l version -d 'the version'
