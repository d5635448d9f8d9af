package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// An mcache holds the spans from which the P allocates small objects, and free
// stacks. It belongs to the owner of the P.
//
// Runtime: mcache, Go 1.16.
type mcache struct {
	h          *mheap
	id         int
	alloc      [maxSpanClasses]*mspan // by class; nil is the runtime's emptymspan
	stackcache [numStackOrders]stackfreelist
	flushGen   uint32      // sweepgen during which it was last flushed
	flushed    *sched.Word // the same, for who waits for it
}

// allocmcache makes an mcache for a new P.
//
// Runtime: allocmcache, Go 1.16. Heap lock not held; any stack.
func (h *mheap) allocmcache(m *model.M) *mcache {
	var c *mcache
	m.Systemstack(func() {
		m.Lock(h.lock)
		c = &h.mcaches[h.cachealloc.alloc(m)]
		c.flushGen = h.readSweepgen(m)
		if c.flushed.Peek() != uint64(c.flushGen) {
			c.flushed.Store(m.T(), uint64(c.flushGen))
		}
		m.Unlock(h.lock)
	})
	c.alloc = [maxSpanClasses]*mspan{}
	c.stackcache = [numStackOrders]stackfreelist{}
	return c
}

// freemcache gives back what c holds, and c.
//
// Runtime: freemcache, Go 1.16. Heap lock not held; any stack.
func (h *mheap) freemcache(m *model.M, c *mcache) {
	m.Systemstack(func() {
		c.releaseAll(m)
		c.stackcacheClear(m)
		m.Lock(h.lock)
		h.cachealloc.free(m, c.id)
		m.Unlock(h.lock)
	})
}

// refill gets a span with a free object of class spc. The current one, if
// any, is full.
//
// Runtime: (*mcache).refill, Go 1.16. Not preemptible.
func (c *mcache) refill(m *model.M, spc SpanClass) {
	h := c.h
	if s := c.alloc[spc]; s != nil {
		if s.allocCount != s.nelems {
			m.Throw("refill of span with free space remaining")
		}
		if s.sweepgen.Load(m.T()) != uint64(h.readSweepgen(m)+3) {
			m.Throw("bad sweepgen in refill")
		}
		h.central[spc].uncacheSpan(m, s)
	}
	if h.v.refillNested {
		h.memstats.heapStats.acquire(m)
	}
	counted := h.v.activeSweep && h.beginSweep(m)
	s := h.central[spc].cacheSpan(m)
	if counted {
		h.endSweep(m)
	}
	if s == nil {
		m.Throw("out of memory")
	}
	if h.v.refillNested {
		h.memstats.heapStats.release(m)
	}
	s.own.Write(m.T())
	if s.allocCount == s.nelems {
		m.Throw("span has no free space")
	}
	// Cached: not swept by others in the next sweep phase.
	s.sweepgen.Store(m.T(), uint64(h.readSweepgen(m)+3))
	free := uint64(s.nelems-s.allocCount) * s.elemsize
	stats := h.memstats.heapStats.acquire(m)
	stats.smallAlloc += int64(free)
	h.memstats.heapStats.release(m)
	h.memstats.heapLive.Inc(m.T(), free)
	c.alloc[spc] = s
}

// nextFree allocates one object of class spc and returns its span and index.
//
// Runtime: (*mcache).nextFree, malloc.go, Go 1.16. Not preemptible.
func (c *mcache) nextFree(m *model.M, spc SpanClass) (*mspan, uint) {
	s := c.alloc[spc]
	if s == nil || s.nextFree() == s.nelems {
		c.refill(m, spc)
		s = c.alloc[spc]
	}
	s.own.Write(m.T())
	i := s.nextFree()
	s.freeindex = i + 1
	s.allocCount++
	s.ghost.reachable |= 1 << i
	return s, i
}

// allocLarge allocates a span for one object of npages pages.
//
// Model: the runtime reports a failure as "out of memory"; here it is nil, so
// that a scenario may let the operating system refuse.
//
// Runtime: (*mcache).allocLarge, Go 1.16. Not preemptible.
func (c *mcache) allocLarge(m *model.M, npages uint64, needzero bool) *mspan {
	h := c.h
	h.deductSweepCredit(m, npages*h.g.PageSize, npages)
	s := h.alloc(m, npages, 0, needzero)
	if s == nil {
		return nil
	}
	stats := h.memstats.heapStats.acquire(m)
	stats.largeAlloc += int64(npages * h.g.PageSize)
	stats.largeAllocCount++
	h.memstats.heapStats.release(m)
	h.memstats.heapLive.Inc(m.T(), npages*h.g.PageSize)

	// Visible to the background sweeper from here on.
	h.central[0].fullSwept(h.readSweepgen(m)).push(m, s)
	s.own.Write(m.T())
	s.limit = s.base() + npages*h.g.PageSize
	// mallocgc does these after allocLarge returned.
	s.freeindex = 1
	s.allocCount = 1
	s.ghost.reachable = 1
	return s
}

// releaseAll gives all spans back to their mcentral.
//
// Runtime: (*mcache).releaseAll, Go 1.16. Any stack.
func (c *mcache) releaseAll(m *model.M) {
	h := c.h
	sg := h.readSweepgen(m)
	for spc := range c.alloc {
		s := c.alloc[spc]
		if s == nil {
			continue
		}
		free := uint64(s.nelems-s.allocCount) * s.elemsize
		stats := h.memstats.heapStats.acquire(m)
		stats.smallAlloc -= int64(free)
		h.memstats.heapStats.release(m)
		if s.sweepgen.Load(m.T()) != uint64(sg+1) {
			// refill counted all slots. A span that was cached before the
			// sweep is not counted any more.
			h.memstats.heapLive.Inc(m.T(), -free)
		}
		h.central[spc].uncacheSpan(m, s)
		c.alloc[spc] = nil
	}
}

// prepareForSweep flushes c if a sweep phase has begun since it was last
// flushed. It runs before anything is allocated from c in the new phase.
//
// Runtime: (*mcache).prepareForSweep, Go 1.16. Any stack.
func (c *mcache) prepareForSweep(m *model.M) {
	sg := c.h.readSweepgen(m)
	if c.flushGen == sg {
		return
	}
	if c.flushGen != sg-2 {
		m.Throw("bad flushGen: %d in prepareForSweep; sweepgen %d", c.flushGen, sg)
	}
	c.releaseAll(m)
	c.stackcacheClear(m)
	c.flushGen = sg
	c.flushed.Store(m.T(), uint64(sg))
}
