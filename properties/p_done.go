package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/sched"
)

// checkDoneOnce is P-DONE-ONCE: in a sweep phase one sweeper finds that it is
// the last one, so that it alone starts a scavenge generation.
func checkDoneOnce(s *state) string {
	c := &s.counts
	if sg := s.h.Sweepgen(); sg != c.sweepgen {
		c.sweepgen, c.ends = sg, 0
	}
	was := c.sweepers
	c.sweepers = s.h.Sweepers()
	if was == 1 && c.sweepers == 0 && s.h.SweepDone() {
		c.ends++
	}
	if c.ends > 1 {
		return fmt.Sprintf("%d sweepers have found that they were the last one", c.ends)
	}
	return ""
}

func readsSweepers(s *state) []sched.ObjID {
	o := s.h.Objects()
	return []sched.ObjID{o.SweepDone, o.Sweepers}
}

// checkSwept is P-SWEPT: when the sweep counts as done and no sweeper is
// active, every span is swept.
func checkSwept(s *state) string {
	if !s.h.SweepDone() || s.h.Sweepers() != 0 {
		return ""
	}
	return s.unswept()
}

// unswept says which span is not swept, if there is one.
func (s *state) unswept() string {
	sg := s.h.Sweepgen()
	for i := range s.h.Carved() {
		sp := s.h.Span(i)
		if d := sp.Sweepgen() - sg; sp.State() == heap.SpanInUse && (d == ^uint32(0) || d == ^uint32(1)) {
			return fmt.Sprintf("the sweep counts as done and the span at page %d has sweep generation %d, the heap's is %d",
				s.page(sp.Base()), sp.Sweepgen(), sg)
		}
	}
	return ""
}

func readsSwept(s *state) []sched.ObjID {
	o := s.h.Objects()
	return append(readsSweepgens(s), o.SweepDone, o.Sweepers)
}
