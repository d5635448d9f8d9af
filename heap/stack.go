package heap

import (
	"math/bits"

	"lockheld/model"
	"lockheld/sched"
)

// numStackOrders is the number of small stack sizes. The runtime has 4: 2 KiB
// to 16 KiB, from spans of 32 KiB.
//
// Model: a span of one page is cut into stacks of a quarter or half a page.
// From one page on a stack has a span of its own.
const numStackOrders = 2

// stackCacheSlots is the number of free stacks that an mcache may hold of one
// order: those of a span, and those of half a span that come back.
const stackCacheSlots = 8

// A stack is memory for a goroutine's stack: all of a span, or a slot of it.
type stack struct {
	s     *mspan
	order int // numStackOrders: the whole span
	slot  int
}

// A stackfreelist is a list of free stacks of one order.
//
// Runtime: stackfreelist, mcache.go, Go 1.16.
type stackfreelist struct {
	list [stackCacheSlots]stack
	n    int
}

// stackState is the memory that stacks are made of.
//
// Runtime: stackpool and stackLarge, stack.go, Go 1.16.
type stackState struct {
	pool  [numStackOrders]stackpool
	large struct {
		lock *model.Mutex
		own  *sched.Cell
		live mSpanList
	}
	// grown has the stack that each M got when its stack last grew, by id.
	grown []stack
	// dead is the stack of an M that has exited, waiting to be freed.
	dead stack
}

// A stackpool has the spans with free stacks of one order.
type stackpool struct {
	mu   *model.Mutex
	own  *sched.Cell
	live mSpanList
}

func (st *stackState) init(h *mheap, ms int) {
	for i := range st.pool {
		p := &st.pool[i]
		p.mu = model.NewMutex(h.k, "stackpool", model.RankStackpool)
		p.own = h.cell("stackpool", sched.GuardedBy(p.mu.Sched()))
		sched.Save(h.w, &p.live)
	}
	st.large.lock = model.NewMutex(h.k, "stackLarge", model.RankStackLarge)
	st.large.own = h.cell("stackLarge", sched.GuardedBy(st.large.lock.Sched()))
	sched.Save(h.w, &st.large.live)
	st.grown = make([]stack, ms)
	sched.SaveSlice(h.w, st.grown)
	sched.Save(h.w, &st.dead)
}

// stackSize returns the size in bytes of a stack of an order.
func (h *mheap) stackSize(order int) uint64 { return h.g.PageSize >> (numStackOrders - order) }

// stackSlots returns the bits of the stacks of an order in a span.
func stackSlots(order int) uint64 { return 1<<(1<<(numStackOrders-order)) - 1 }

// stackpoolalloc takes a stack from the pool of its order.
//
// Runtime: stackpoolalloc, Go 1.16. Lock of the pool held; system stack.
func (h *mheap) stackpoolalloc(m *model.M, order int) stack {
	p := &h.stacks.pool[order]
	p.own.Write(m.T())
	s := p.live.first
	m.LockWithRankMayAcquire(h.lock)
	if s == nil {
		s = h.allocManual(m, 1, SpanAllocStack)
		if s == nil {
			m.Throw("out of memory")
		}
		s.own.Write(m.T())
		if s.allocCount != 0 {
			m.Throw("bad allocCount")
		}
		if s.manualFree != 0 {
			m.Throw("bad manualFreeList")
		}
		s.elemsize = h.stackSize(order)
		s.manualFree = stackSlots(order)
		p.live.insert(m, s)
	}
	if s.manualFree == 0 {
		m.Throw("span has no free stacks")
	}
	slot := bits.TrailingZeros64(s.manualFree)
	s.manualFree &^= 1 << slot
	s.allocCount++
	if s.manualFree == 0 {
		p.live.remove(m, s)
	}
	return stack{s, order, slot}
}

// stackpoolfree puts a stack back into the pool of its order. A span with all
// its stacks free goes back to the heap, unless the collector runs.
//
// Runtime: stackpoolfree, Go 1.16. Lock of the pool held; system stack.
func (h *mheap) stackpoolfree(m *model.M, x stack) {
	p := &h.stacks.pool[x.order]
	p.own.Write(m.T())
	s := x.s
	if s.state.Load(m.T()) != mSpanManual {
		m.Throw("freeing stack not in a stack span")
	}
	if s.manualFree == 0 {
		p.live.insert(m, s)
	}
	s.manualFree |= 1 << x.slot
	s.allocCount--
	if h.mayFreeStacks(m) && s.allocCount == 0 {
		p.live.remove(m, s)
		s.manualFree = 0
		h.freeManual(m, s, SpanAllocStack)
	}
}

// mayFreeStacks reports whether the span of a stack may go back to the heap:
// not while the collector runs, which may look at it.
func (h *mheap) mayFreeStacks(m *model.M) bool {
	return h.gcphase(m) == gcOff || h.v.freeManualInMark
}

// stackcacheRefill fills the cache of one order to half a span.
//
// Runtime: stackcacherefill, Go 1.16. System stack.
func (c *mcache) stackcacheRefill(m *model.M, order int) {
	h := c.h
	h.assertSystemStack(m, siteStackcacherefillStack)
	f := &c.stackcache[order]
	m.Lock(h.stacks.pool[order].mu)
	for uint64(f.n)*h.stackSize(order) < h.g.PageSize/2 {
		f.list[f.n] = h.stackpoolalloc(m, order)
		f.n++
	}
	m.Unlock(h.stacks.pool[order].mu)
}

// stackcacheRelease empties the cache of one order to half a span.
//
// Runtime: stackcacherelease, Go 1.16. System stack.
func (c *mcache) stackcacheRelease(m *model.M, order int) {
	h := c.h
	h.assertSystemStack(m, siteStackcachereleaseStack)
	f := &c.stackcache[order]
	m.Lock(h.stacks.pool[order].mu)
	for uint64(f.n)*h.stackSize(order) > h.g.PageSize/2 {
		f.n--
		h.stackpoolfree(m, f.list[f.n])
		f.list[f.n] = stack{}
	}
	m.Unlock(h.stacks.pool[order].mu)
}

// stackcacheClear gives all cached stacks back.
//
// Runtime: stackcache_clear, Go 1.16. System stack, by its comment and its
// directive; flushmcache and prepareForSweep call it from where they run.
func (c *mcache) stackcacheClear(m *model.M) {
	m.Systemstack(func() {
		for order := range c.stackcache {
			c.stackcacheClearOrder(m, order)
		}
	})
}

func (c *mcache) stackcacheClearOrder(m *model.M, order int) {
	h := c.h
	f := &c.stackcache[order]
	m.Lock(h.stacks.pool[order].mu)
	for f.n > 0 {
		f.n--
		h.stackpoolfree(m, f.list[f.n])
		f.list[f.n] = stack{}
	}
	m.Unlock(h.stacks.pool[order].mu)
}

// stackalloc allocates a stack: of a small order, or of npages pages if order
// is numStackOrders.
//
// Runtime: stackalloc, Go 1.16. System stack.
func (h *mheap) stackalloc(m *model.M, order int, npages uint64) stack {
	h.assertSystemStack(m, siteStackallocStack)
	if order == numStackOrders {
		return h.stackallocLarge(m, npages)
	}
	pp := m.P()
	if pp == nil || h.local(pp).mcache == nil {
		// In the guts of exitsyscall or procresize.
		m.Lock(h.stacks.pool[order].mu)
		x := h.stackpoolalloc(m, order)
		m.Unlock(h.stacks.pool[order].mu)
		return x
	}
	l := h.local(pp)
	l.own.Write(m.T())
	f := &l.mcache.stackcache[order]
	if f.n == 0 {
		l.mcache.stackcacheRefill(m, order)
		l.own.Write(m.T())
	}
	f.n--
	x := f.list[f.n]
	f.list[f.n] = stack{}
	return x
}

// stackallocLarge allocates a stack that is a span.
//
// Runtime: stackalloc, the branch for large stacks, Go 1.16.
func (h *mheap) stackallocLarge(m *model.M, npages uint64) stack {
	large := &h.stacks.large
	m.Lock(large.lock)
	large.own.Write(m.T())
	s := large.live.first
	for s != nil && s.npages != npages {
		s = s.next
	}
	if s != nil {
		large.live.remove(m, s)
	}
	m.Unlock(large.lock)
	m.LockWithRankMayAcquire(h.lock)
	if s == nil {
		s = h.allocManual(m, npages, SpanAllocStack)
		if s == nil {
			m.Throw("out of memory")
		}
		s.own.Write(m.T())
		s.elemsize = npages * h.g.PageSize
	}
	return stack{s: s, order: numStackOrders}
}

// stackfree gives a stack back.
//
// Runtime: stackfree, Go 1.16. System stack.
func (h *mheap) stackfree(m *model.M, x stack) {
	h.assertSystemStack(m, siteStackfreeStack)
	if x.order == numStackOrders {
		h.stackfreeLarge(m, x.s)
		return
	}
	pp := m.P()
	if pp == nil || h.local(pp).mcache == nil {
		m.Lock(h.stacks.pool[x.order].mu)
		h.stackpoolfree(m, x)
		m.Unlock(h.stacks.pool[x.order].mu)
		return
	}
	l := h.local(pp)
	l.own.Write(m.T())
	f := &l.mcache.stackcache[x.order]
	if uint64(f.n)*h.stackSize(x.order) >= h.g.PageSize {
		l.mcache.stackcacheRelease(m, x.order)
		l.own.Write(m.T())
	}
	f.list[f.n] = x
	f.n++
}

// stackfreeLarge gives back a stack that is a span: to the heap, or, while the
// collector runs, to the list of large stacks.
//
// Runtime: stackfree, the branch for large stacks, Go 1.16.
func (h *mheap) stackfreeLarge(m *model.M, s *mspan) {
	if s.state.Load(m.T()) != mSpanManual {
		m.Throw("bad span state")
	}
	if h.mayFreeStacks(m) {
		h.freeManual(m, s, SpanAllocStack)
		return
	}
	large := &h.stacks.large
	m.Lock(large.lock)
	large.own.Write(m.T())
	large.live.insert(m, s)
	m.Unlock(large.lock)
}

// freeStackSpans frees the spans that became unused while the collector ran.
//
// Runtime: freeStackSpans, Go 1.16. System stack, between two cycles.
func (h *mheap) freeStackSpans(m *model.M) {
	h.assertSystemStack(m, siteFreeStackSpansStack)
	for order := range h.stacks.pool {
		p := &h.stacks.pool[order]
		m.Lock(p.mu)
		p.own.Write(m.T())
		for s := p.live.first; s != nil; {
			next := s.next
			if s.allocCount == 0 {
				p.live.remove(m, s)
				s.manualFree = 0
				h.freeManual(m, s, SpanAllocStack)
			}
			s = next
		}
		m.Unlock(p.mu)
	}
	large := &h.stacks.large
	m.Lock(large.lock)
	large.own.Write(m.T())
	for s := large.live.first; s != nil; {
		next := s.next
		large.live.remove(m, s)
		h.freeManual(m, s, SpanAllocStack)
		s = next
	}
	m.Unlock(large.lock)
}

// growStack doubles the stack of m. The first stack, of a quarter page, does
// not come from the heap.
//
// Runtime: newstack and copystack, stack.go, Go 1.16. System stack.
func (h *mheap) growStack(m *model.M) {
	old := h.stacks.grown[m.ID()]
	var grown stack
	switch {
	case old.s == nil:
		grown = h.stackalloc(m, 1, 0)
	case old.order < numStackOrders:
		grown = h.stackalloc(m, numStackOrders, 1)
	default:
		grown = h.stackalloc(m, numStackOrders, 2*old.s.npages)
	}
	h.stacks.grown[m.ID()] = grown
	if old.s != nil {
		h.stackfree(m, old)
	}
}
