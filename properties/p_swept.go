package properties

import (
	"fmt"

	"lockheld/sched"
)

// The properties of this file are about how sweepers divide their work.

// checkSets is P-SETS, about the sets of spans of mcentral.
func checkSets(s *state) string { return s.h.SetsWrong() }

// checkCredit is P-CREDIT: pages that were freed in advance are counted once, and
// used once.
func checkCredit(s *state) string { return s.h.CreditWrong() }

// checkCentralIndex is P-INDEX: where sweepers begin to look does not go back before
// the next sweep phase, which begins after the sweep generation has changed.
func checkCentralIndex(s *state) string {
	c := &s.counts
	was, now := c.index, s.h.CentralIndex()
	if now == was {
		return ""
	}
	gen := c.indexGen
	c.index, c.indexGen = now, s.h.Sweepgen()
	if now < was && gen == c.indexGen {
		return fmt.Sprintf("sweepers begin to look at class %d again, after %d", now, was)
	}
	return ""
}

func readsCentralIndex(s *state) []sched.ObjID { return []sched.ObjID{s.h.CentralIndexID()} }

// checkSweeper is L-SWEEP: the background sweeper sleeps only when all is swept.
func checkSweeper(s *state) string {
	if s.h.SweeperParked() && !s.h.SweepDone() && !s.anyRuns() {
		return "the background sweeper is parked and the sweep is not done"
	}
	return ""
}
