package sched

import (
	"fmt"
	"math"
)

// notes says what the search has merged, and how sure that is.
func (c *cache) notes(r *Report) []string {
	r.States, r.Merged, r.CacheBytes = c.table.n, c.merged, c.table.bytes
	r.Loops = c.cycles.met
	n := float64(c.table.n)
	notes := []string{fmt.Sprintf("%d states, met again %d times, in %d bytes of %d; two of them were taken for one, "+
		"as only hashes of 128 bits are kept, with probability below %.1g",
		r.States, r.Merged, r.CacheBytes, c.table.limit, math.Max(n*n*0x1p-129, 1e-37))}
	if c.chains != nil {
		notes = append(notes, "states are told apart by the order of all steps that do not commute, since "+c.why+
			"; World.Hidden declares what tasks share")
	}
	if y := &c.cycles; y.met > 0 {
		notes = append(notes, fmt.Sprintf("executions came back to a state of their own %d times; %d of these loops were followed "+
			"in search of a livelock, others and combinations of them were not", y.met, y.followed))
	}
	return notes
}

// conclude adds what makes the result doubtful.
func (c *cache) conclude(r *Report) (gaveUp string) {
	if c.shows {
		r.Unreduced = nil
	}
	if err := c.check.differs; err != nil {
		r.Findings = append(r.Findings, Finding{
			Violation: Violation{Kind: KindNondeterminism, Site: "live state", Message: err.Error(), Step: c.check.start - 1},
			Schedule:  c.check.found, Found: c.check.found, At: r.Executions})
	}
	if c.table.exhausted {
		return fmt.Sprintf("cache full states=%d memory=%d", c.table.n, c.table.limit)
	}
	return ""
}
