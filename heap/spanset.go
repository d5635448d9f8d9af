package heap

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// A spanSet is a set of spans to which Ms add and from which they take without
// a lock.
//
// Model: an entry is stored in the step that claims its slot; the runtime
// stores it a little later, and a reader waits for it. The spine of blocks and
// its lock are left out.
//
// Runtime: spanSet, mspanset.go, Go 1.16.
type spanSet struct {
	n     *sched.Word // spans in the set; the runtime's head and tail
	spans []*mspan
}

func (b *spanSet) init(h *mheap, name string) {
	b.n = h.word(name, 0)
	b.spans = make([]*mspan, 2*len(h.spans))
	sched.SaveSlice(h.w, b.spans)
}

// push adds s.
//
// Runtime: (*spanSet).push, Go 1.16.
func (b *spanSet) push(m *model.M, s *mspan) {
	i := b.n.Add(m.T(), 1) - 1
	if i >= uint64(len(b.spans)) {
		panic(fmt.Sprintf("heap: more than %d entries in %s", len(b.spans), b.n.Name()))
	}
	b.spans[i] = s
}

// pop takes a span, nil if there is none.
//
// Runtime: (*spanSet).pop, Go 1.16.
func (b *spanSet) pop(m *model.M) *mspan {
	for {
		n := b.n.Load(m.T())
		if n == 0 {
			return nil
		}
		if b.n.CAS(m.T(), n, n-1) {
			s := b.spans[n-1]
			b.spans[n-1] = nil
			return s
		}
	}
}

// reset makes an empty set ready for reuse. Nobody else uses it.
//
// Runtime: (*spanSet).reset, Go 1.16.
func (b *spanSet) reset(m *model.M) {
	if n := b.n.Load(m.T()); n != 0 {
		m.Throw("attempt to clear non-empty span set: %d spans in %s", n, b.n.Name())
	}
}

// An mcentral holds the spans of one class that no mcache has. The sets for
// swept and unswept spans swap their roles with each sweep generation.
//
// Runtime: mcentral, Go 1.16.
type mcentral struct {
	h         *mheap
	spanclass SpanClass
	partial   [2]spanSet // spans with a free object
	full      [2]spanSet // spans without
}

func (c *mcentral) init(h *mheap, spc SpanClass) {
	c.h, c.spanclass = h, spc
	for i := range 2 {
		c.partial[i].init(h, fmt.Sprintf("mcentral[%d].partial[%d]", spc, i))
		c.full[i].init(h, fmt.Sprintf("mcentral[%d].full[%d]", spc, i))
	}
}

func (c *mcentral) partialUnswept(sg uint32) *spanSet { return &c.partial[1-sg/2%2] }
func (c *mcentral) partialSwept(sg uint32) *spanSet   { return &c.partial[sg/2%2] }
func (c *mcentral) fullUnswept(sg uint32) *spanSet    { return &c.full[1-sg/2%2] }
func (c *mcentral) fullSwept(sg uint32) *spanSet      { return &c.full[sg/2%2] }

// cacheSpan returns a span with a free object for an mcache, nil if there is
// no memory.
//
// Model: there is no budget of spans to sweep (100 in the runtime).
//
// Runtime: (*mcentral).cacheSpan, Go 1.16.
func (c *mcentral) cacheSpan(m *model.M) *mspan {
	h := c.h
	h.deductSweepCredit(m, h.g.PageSize, 0)
	sg := h.readSweepgen(m)
	if s := c.partialSwept(sg).pop(m); s != nil {
		return s
	}
	for {
		s := c.partialUnswept(sg).pop(m)
		if s == nil {
			break
		}
		if h.trySweepOwner(m, s, sg) {
			h.sweep(m, s, true)
			return s
		}
		// An asynchronous sweeper has it, and the duty to put it somewhere.
	}
	for {
		s := c.fullUnswept(sg).pop(m)
		if s == nil {
			break
		}
		if h.trySweepOwner(m, s, sg) {
			h.sweep(m, s, true)
			if s.nextFree() < s.nelems {
				return s
			}
			c.fullSwept(sg).push(m, s)
		}
	}
	return c.grow(m)
}

// uncacheSpan takes back a span from an mcache.
//
// Runtime: (*mcentral).uncacheSpan, Go 1.16.
func (c *mcentral) uncacheSpan(m *model.M, s *mspan) {
	h := c.h
	s.own.Write(m.T())
	if s.allocCount == 0 {
		m.Throw("uncaching span but s.allocCount == 0")
	}
	sg := h.readSweepgen(m)
	// A span that was cached before the sweep began must be swept by us.
	stale := s.sweepgen.Load(m.T()) == uint64(sg+1)
	if stale {
		s.sweepgen.Store(m.T(), uint64(sg-1))
		h.sweep(m, s, false)
		return
	}
	s.sweepgen.Store(m.T(), uint64(sg))
	if s.allocCount < s.nelems {
		c.partialSwept(sg).push(m, s)
	} else {
		c.fullSwept(sg).push(m, s)
	}
}

// grow allocates a new span of the class.
//
// Runtime: (*mcentral).grow, Go 1.16.
func (c *mcentral) grow(m *model.M) *mspan {
	s := c.h.alloc(m, 1, c.spanclass, true)
	if s != nil {
		s.own.Write(m.T())
		s.limit = s.base() + s.elemsize*uint64(s.nelems)
	}
	return s
}

// nextFree returns the index of the first free object at or after freeindex,
// nelems if there is none.
//
// Runtime: (*mspan).nextFreeIndex, mbitmap.go, Go 1.16.
func (s *mspan) nextFree() uint {
	i := s.freeindex
	for i < s.nelems && s.allocBits>>i&1 != 0 {
		i++
	}
	return i
}
