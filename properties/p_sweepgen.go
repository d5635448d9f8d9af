package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/sched"
)

// checkSweepgen is P-SWEEPGEN: the sweep generation of a span changes as the
// sweepers, the caches and a new life allow, so that one M sweeps it once in a
// cycle, and the object of a dead span keeps it.
func checkSweepgen(s *state) string {
	sg := s.h.Sweepgen()
	for i := range s.h.Carved() {
		sp, past := s.h.Span(i), &s.spans[i]
		now := sp.Sweepgen()
		if now == past.sweepgen {
			continue
		}
		was := past.sweepgen
		past.sweepgen = now
		if !sweepgenStep(sp, was-sg, now-sg) {
			return fmt.Sprintf("the sweep generation of span object %d goes from %d to %d, the heap's is %d, the span is %s",
				i, was, now, sg, stateNames[sp.State()])
		}
	}
	return ""
}

// sweepgenStep reports whether a sweep generation may go from one value to
// another, both relative to the heap's.
func sweepgenStep(sp *heap.Span, was, now uint32) bool {
	const (
		unswept  = ^uint32(1) // -2
		sweeping = ^uint32(0) // -1
	)
	if sp.State() != heap.SpanInUse {
		return now == 0 // a new life, before it is published
	}
	switch now {
	case sweeping:
		return was == unswept || was == 1
	case 0:
		return was == sweeping || was == 3
	case 3:
		return was == 0
	}
	return false
}

// readsSweepgens is the sweep generations of all spans. That of the heap changes
// while the world is stopped.
func readsSweepgens(s *state) []sched.ObjID {
	var ids []sched.ObjID
	for i := range s.h.Spans() {
		ids = append(ids, s.h.Span(i).SweepgenID())
	}
	return ids
}
