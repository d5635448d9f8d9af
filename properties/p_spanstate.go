package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/sched"
)

// spanPast is what a span object was when it was looked at last.
type spanPast struct {
	state    uint64
	sweepgen uint32
}

func (p *spanPast) take(sp *heap.Span) { p.state, p.sweepgen = sp.State(), sp.Sweepgen() }

var stateNames = [...]string{heap.SpanDead: "dead", heap.SpanInUse: "in use", heap.SpanManual: "manual"}

// checkSpanState is P-SPANSTATE: a span becomes in use or manual only out of
// dead, dead only while the collector does not mark, and what the state
// publishes is there.
func checkSpanState(s *state) string {
	for i := range s.h.Carved() {
		sp, past := s.h.Span(i), &s.spans[i]
		now := sp.State()
		if now == past.state {
			continue
		}
		was := past.state
		past.state = now
		if now != heap.SpanDead && was != heap.SpanDead {
			return fmt.Sprintf("the span at page %d was %s and is %s", s.page(sp.Base()), stateNames[was], stateNames[now])
		}
		if now == heap.SpanDead && s.h.Marking() {
			return fmt.Sprintf("the span at page %d is freed while the collector marks", s.page(sp.Base()))
		}
		if now == heap.SpanInUse {
			if gen := sp.Sweepgen(); gen != s.h.Sweepgen() {
				return fmt.Sprintf("the span at page %d is published with sweep generation %d, the heap's is %d",
					s.page(sp.Base()), gen, s.h.Sweepgen())
			}
		}
	}
	return ""
}

// checkLimit is P-LIMIT: a heap span is published with its limit.
func checkLimit(s *state) string {
	for i := range s.h.Carved() {
		sp := s.h.Span(i)
		if sp.State() == heap.SpanInUse && sp.Limit() != sp.ObjectsEnd() {
			return fmt.Sprintf("the span at page %d is in use with limit %#x, its objects end at %#x",
				s.page(sp.Base()), sp.Limit(), sp.ObjectsEnd())
		}
	}
	return ""
}

func readsStates(s *state) []sched.ObjID {
	var ids []sched.ObjID
	for i := range s.h.Spans() {
		ids = append(ids, s.h.Span(i).StateID())
	}
	return ids
}
