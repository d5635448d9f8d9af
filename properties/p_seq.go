package properties

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// checkSeq is P-SEQ: a P that no M has is not in the middle of an update of
// the statistics, and no P is while the world is stopped, but for the
// stopper's.
func checkSeq(s *state) string {
	for i, pp := range s.k.AllPs() {
		if !s.h.StatsUpdating(i) {
			continue
		}
		if pp.M() == nil {
			return fmt.Sprintf("%s belongs to nobody in the middle of an update of the statistics", pp.Name())
		}
		if s.k.Stopped() && pp.M() != s.k.Stopper() {
			return fmt.Sprintf("%s is stopped in the middle of an update of the statistics", pp.Name())
		}
	}
	return ""
}

// checkSeqEnd is P-SEQ at the end, when only daemons may be on their way.
func checkSeqEnd(s *state) string {
	for i, pp := range s.k.AllPs() {
		if m := pp.M(); s.h.StatsUpdating(i) && (m == nil || !m.T().Daemon()) {
			return fmt.Sprintf("%s is left in the middle of an update of the statistics", pp.Name())
		}
	}
	return ""
}

// readsMachine declares what the predicates of the machine read.
func readsMachine(s *state) []sched.ObjID { return s.k.Objects() }

// machine makes a property of a predicate of the machine.
func machine(check func(*model.Machine) string) func(*state) string {
	return func(s *state) string { return check(s.k) }
}
