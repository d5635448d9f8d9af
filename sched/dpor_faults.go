package sched

// fault is a deliberate error of the reduction, for tests that show that it
// would be noticed. Only tests can ask for one; the reduction looks for it where
// races are reversed, not at every step.
type fault uint32

const (
	faultSleep     fault = 1 << iota // moves go on sleeping when something dependent happens
	faultForget                      // what sleeps is not looked at when a race is reversed
	faultDrop                        // the first race of an execution is dropped
	faultPending                     // operations that are pending at the end are not looked at
	faultPerformed                   // operations that had to wait are looked at only if they are pending at the end
	faultClock                       // what a step reads does not come before it
	faultPrefix                      // what comes after a race is not part of its reversal
	faultTry                         // a mutex that was taken by a try is not noticed
	faultRW                          // what keeps a lock from being free stays in the sequence
	faultRWLast                      // a reader/writer lock is reversed with the last acquisition only
	faultMode                        // a cas or trylock keeps its outcome when it comes earlier
	faultAwait                       // a wait is reversed with the last write only
	faultInc                         // a wait is reversed with one inc at a time
	faultCut                         // what comes after a violation is not looked at
	faultPassed                      // what goes past all values of a data choice is entered once more
	faultWake                        // taking a mutex again after a wake-up is not reversed
	faultGroups                      // what properties read is not looked at
	faultCells                       // which access of a race comes first is left to chance
)

// skips reports whether a fault keeps the race whose second event is at i, the
// number n of the execution, from being reversed.
func (d *dpor) skips(r *Result, n int, i int32) bool {
	switch {
	case d.faults&faultDrop != 0 && n == 0:
		return true
	case d.faults&faultCut != 0 && len(r.Violations) > 0 && r.Violations[0].Task != "":
		return int(i) > r.Violations[0].Step
	}
	return false
}

// upTo leaves out of the sequence what comes after event j.
func (d *dpor) upTo(j int32) {
	d.whole = false
	for n := len(d.seq); n > 0 && d.seq[n-1] > j; n-- {
		d.in[d.seq[n-1]] = false
		d.seq = d.seq[:n-1]
	}
}
