package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/sched"
)

// checkSpanMap is P-SPANMAP: the span map leads from each page of a live span
// to the span, and the in-use bits are those of the first pages of heap spans,
// but for spans that are just being allocated or freed.
func checkSpanMap(s *state) string {
	for i := range s.h.Carved() {
		sp := s.h.Span(i)
		if !sp.Live() {
			continue
		}
		first := s.page(sp.Base())
		for p := first; p < first+sp.Pages(); p++ {
			if s.h.SpanAt(p) != sp {
				return fmt.Sprintf("the span map does not lead from page %d to the span at page %d", p, first)
			}
		}
		if got, want := s.pageInUse(first), sp.State() == heap.SpanInUse; got != want {
			return fmt.Sprintf("the in-use bit of page %d is %t, where a span begins that is in use: %t", first, got, want)
		}
	}
	return checkInUseBits(s)
}

// checkInUseBits looks for in-use bits without a span.
func checkInUseBits(s *state) string {
	group := uint64(s.g.ReclaimGroup)
	for i := range s.h.PageGroups() {
		for w := s.h.PageInUse(i); w != 0; w &= w - 1 {
			p := uint64(i)*group + lowest(w)
			sp := s.h.SpanAt(p)
			if sp == nil || s.page(sp.Base()) != p || sp.State() != heap.SpanInUse {
				return fmt.Sprintf("page %d counts as the first of a heap span, and is not", p)
			}
		}
	}
	return ""
}

func (s *state) pageInUse(page uint64) bool {
	group := uint64(s.g.ReclaimGroup)
	return s.h.PageInUse(int(page/group))>>(page%group)&1 != 0
}

// checkPagesInUse is the end of P-SPANMAP: with no span on its way, the count
// of pages is right.
func checkPagesInUse(s *state) string {
	if what := checkSpanMap(s); what != "" {
		return what
	}
	if !s.quiet() {
		return ""
	}
	n := uint64(0)
	for i := range s.h.Carved() {
		if sp := s.h.Span(i); sp.Live() && sp.State() == heap.SpanInUse {
			n += sp.Pages()
		}
	}
	if got := s.h.PagesInUse(); got != n {
		return fmt.Sprintf("pagesInUse is %d, heap spans have %d pages", int64(got), n)
	}
	return ""
}

// readsPageInUse is the in-use bits. Those of a span are changed by who has the
// span alone.
func readsPageInUse(s *state) []sched.ObjID {
	return s.h.Objects().PageInUse
}
