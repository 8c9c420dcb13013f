# SPDX-License-Identifier: Apache-2.0
# bash completion of rollout(1)

_rollout()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} i
    local commands='plan explain diff order inject lint replay simulate check'
    local gates='InPlaceUpdateEnvFromMetadata InPlaceWorkloadVerticalScaling RecreatePodWhenChangeVCTInCloneSetGate'
    COMPREPLY=()

    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands help --help -h --version" -- "$word")
        return
    fi
    if [ "$command" = help ]; then
        [ "$COMP_CWORD" -gt 2 ] || mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        return
    fi
    # "=" is a word of its own where COMP_WORDBREAKS has it.
    if [ "$word" = '=' ]; then
        word=
    elif [ "$before" = '=' ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
        [ "$before" != "${before#--}" ] || before=BOOL
    fi
    [ "${COMP_WORDS[COMP_CWORD]}" != '=' ] || [ "$before" != "${before#--}" ] || before=BOOL
    for ((i = 2; i < COMP_CWORD; i++)); do
        [ "${COMP_WORDS[i]}" != -- ] || before=-- command=
    done
    case $before in
        -o | --output)
            local formats='text json'
            [ "$command" != simulate ] || formats+=' junit'
            mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$word")
            ;;
        BOOL) mapfile -t COMPREPLY < <(compgen -W 'true false' -- "$word") ;;
        --feature-gate)
            compopt -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -W "$gates" -S = -- "$word")
            ;;
        --delay)
            compopt -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -W 'schedule prepare pull start ready stop hook' -S = -- "$word")
            ;;
        --fault)
            compopt -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -W 'never-ready image crash break node zone fail cordon return room' -S = -- "$word")
            ;;
        --fault-kinds) mapfile -t COMPREPLY < <(compgen -W 'unready break fail vanish node cordon return room' -- "$word") ;;
        -f | --file | --from | --to | --record) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        *)
            if [ -n "$command" ] && [[ $word == -* ]]; then
                local options='-f --file -o --output -h --help --version'
                case $command in
                    diff) options+=' --feature-gate' ;;
                    replay) options+=' --all' ;;
                    simulate)
                        options+=' --from --to --nodes --zones --delay --seed --runs --fault'
                        options+=' --change --assert --crash-after --observe --limit --compare-in-place --record'
                        ;;
                    check) options+=' --from --to --nodes --zones --replicas --faults --fault-kinds --change --assert --states --memory' ;;
                esac
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
            else
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
            fi
            ;;
    esac
    compopt -o filenames 2>/dev/null
}

complete -F _rollout rollout
