# Sourced by measurements: medians beside a peer's, with what is a must and what is the goal.
# A list is a file of that name with one number a line.

now() { date +%s%N; }
# timed NAME COMMAND...: appends the milliseconds to a list.
timed() {
    list=$1
    shift
    begin=$(now)
    "$@" >/dev/null
    echo $((($(now) - begin) / 1000000)) >>"$list"
}
stored() { du -sb "$1" | cut -f1; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

missed=0
# table TITLE PEER: the head of it
table() {
    printf '| %-36s | %10s | %10s | %5s | %4s | %4s | %-6s |\n' "$1" keel "$2" ratio must goal ''
    echo '|--------------------------------------|-----------:|-----------:|------:|-----:|-----:|--------|'
}
# line NAME KEEL PEER UNIT MUST GOAL: sets `missed` when the must is.
line() {
    awk -v name="$1" -v keel="$(median "$2")" -v peer="$(median "$3")" -v unit="$4" -v must="$5" -v goal="$6" 'BEGIN {
        ratio = keel / (peer > 0 ? peer : 1)
        verdict = ratio <= goal ? "goal" : ratio <= must ? "met" : "MISSED"
        printf "| %-36s | %10.1f | %10.1f | %5.2f | %4s | %4s | %-6s |\n", name, keel / unit, peer / unit, ratio, must, goal, verdict
        exit ratio > must
    }' || missed=1
}
# told NAME KEEL PEER UNIT: a line without a must
told() {
    awk -v name="$1" -v keel="$(median "$2")" -v peer="$(median "$3")" -v unit="$4" 'BEGIN {
        printf "| %-36s | %10.1f | %10.1f | %5.2f | %4s | %4s | %-6s |\n", name, keel / unit, peer / unit, keel / (peer > 0 ? peer : 1), "", "", ""
    }'
}
