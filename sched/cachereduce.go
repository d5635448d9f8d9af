package sched

// A task that sleeps is one that need not move. Two things make that wrong.
//
// In a loop of states, what a task that sleeps leads to may have been put off
// until something is done that was put off until this is. No program is known
// in which that loses a state, but neither is a proof that there is none.
//
// A race ends the task of the later of two accesses, and which one that is
// decides what else comes to light. The accesses are no steps, so the steps
// before them may commute all the same. That matters to a search that goes on
// after violations.
//
// Such a search begins anew, and all tasks move in all states.

// overAgain reports whether the search has to begin anew after r.
func (c *cache) overAgain(r *Result) bool {
	if !c.sleeps {
		return false
	}
	for i := range r.Violations {
		if r.Violations[i].Kind == KindRace && c.faults&cacheFaultOrder == 0 {
			return true
		}
	}
	return c.cycles.met > 0
}

// restart forgets all states.
func (c *cache) restart() {
	for i := len(c.frames) - 1; i >= 0; i-- {
		c.leave(&c.frames[i])
	}
	c.frames = c.frames[:0]
	c.plain, c.sleeps = true, false
	c.table = c.table.fresh()
	c.merged = 0
	clear(c.check.ways)
	c.check.stage = mergeNone
	c.cycles = cycles{}
}
