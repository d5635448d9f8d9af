package heap

import "slices"

// LeftOut is a real bug that no variant has, and why.
type LeftOut struct {
	Entry string // group and number in docs/BUGS.md
	Issue int    // number of the report at golang.org/issue
	Doc   string // what was wrong, one sentence
	Why   string // why it is left out, one sentence
}

// LeftOutBugs returns the real bugs that no variant has, by entry.
func LeftOutBugs() []LeftOut { return slices.Clone(leftOut) }

var leftOut = []LeftOut{
	{"A9", 42062,
		"Locks were taken in an order that the table of ranks did not have: fin, wbufSpans, spanSetSpine, mspanSpecial and gscan around the heap lock.",
		"Most were missing lines of the table and no bug, and of these locks the model has those that the page heap takes; tests of the machine hold its table against that of Go 1.16."},
	{"C8", 38617,
		"The scavenger slept for ever after its critical section had seemed to take no time.",
		"How long the scavenger sleeps is not modelled, only that others go on meanwhile."},
	{"D6", 73499,
		"The background sweeper went round without giving its P to the sweeper for which it waited.",
		"In the model no sweeper loses its P while it sweeps, so that nobody waits for one that waits for a P."},
	{"E4", 74414,
		"An M without a P went on with a list of Ps whose memory had been freed.",
		"Memory of the runtime's own structures is not allocated or freed in the model; stale-allp is the same mistake where it can be seen."},
	{"E6", 38474,
		"With very many Ps, making them allocated memory before the M had a P.",
		"All Ps that there can be exist from the start, so that making them allocates no list; m49 has a P missing in the same place."},
	{"E8", 59600,
		"The check for deadlocks ran between taking a P for a goroutine and starting an M for it, and saw nobody.",
		"The model has no check for deadlocks of its own: the engine finds them."},
	{"G1", 54596,
		"A conservative scan of a stack found an object before the bitmap of its span had been made.",
		"The model has no objects and no bitmap of pointers, and marks from what a scenario says is reachable."},
	{"G2", 80147,
		"A conservative scan read the state of a span and then its bits, and the span object had a new life in between.",
		"Nobody scans conservatively in the model; that a span dies while the collector marks, which the race needs, is a violation of P-SPANSTATE."},
}
