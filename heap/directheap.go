package heap

import "lockheld/model"

// A DirectHeap is a whole heap with one P, operated in one thread. Its spans
// are work buffers, which are managed by hand.
type DirectHeap struct {
	m  *model.M
	h  *mheap
	pp *model.P
}

// NewDirectHeap returns a heap of geometry g that has n arenas as its current
// arena, none of it mapped into the page allocator yet. Growth scavenges when
// the heap retains more than goal bytes.
func NewDirectHeap(g *Geometry, n int, goal uint64) *DirectHeap {
	hp, m := NewDirect(Config{Geometry: g, MaxArenas: n})
	d := &DirectHeap{m: m, h: hp.h, pp: m.P()}
	d.h.scavengeGoal = goal
	d.locked(func() {
		v, size := d.h.sysAlloc(m, uint64(n)*g.ArenaBytes())
		d.h.curArena = addrRange{v, v + size}
		d.h.memstats.heapReleased.Inc(m.T(), size)
	})
	return d
}

func (d *DirectHeap) locked(f func()) {
	d.m.Lock(d.h.lock)
	f()
	d.m.Unlock(d.h.lock)
}

// SpanAlloc allocates a span of n pages, nil if there is no memory.
func (d *DirectHeap) SpanAlloc(n uint64) *Span { return d.h.allocManual(d.m, n, SpanAllocWorkBuf) }

// SpanFree gives s back.
func (d *DirectHeap) SpanFree(s *Span) { d.h.freeManual(d.m, s, SpanAllocWorkBuf) }

// Span returns the first page of s, its size in pages, and whether its memory
// must be zeroed before use.
func (d *DirectHeap) Span(s *Span) (page, npages uint64, needzero bool) {
	return d.h.pageNumber(s.startAddr), s.npages, s.needzero
}

// FlushCache gives the pages of the P's cache back.
func (d *DirectHeap) FlushCache() {
	d.locked(func() { d.h.local(d.pp).pcache.flush(d.m, &d.h.pages) })
}

// Scavenge scavenges up to nbytes or a little more and returns how many.
func (d *DirectHeap) Scavenge(nbytes uint64) (released uint64) {
	d.locked(func() { released = d.h.pages.scavenge(d.m, nbytes, false) })
	return released
}

// StartGen starts a scavenge generation.
func (d *DirectHeap) StartGen() { d.locked(func() { d.h.pages.scavengeStartGen(d.m) }) }

// Sys returns the bytes that are mapped, less those of spans managed by hand,
// and the bytes that the operating system does not back.
func (d *DirectHeap) Sys() (sys, released uint64) {
	return d.h.memstats.heapSys.Peek(), d.h.memstats.heapReleased.Peek()
}

// Cur returns the page at which the current arena goes on.
func (d *DirectHeap) Cur() uint64 { return d.h.pageNumber(d.h.curArena.base) }

// Cache returns the P's page cache: its first page, and a bit for each page
// that is free, and that is free and scavenged.
func (d *DirectHeap) Cache() (base, cache, scav uint64) {
	c := &d.h.local(d.pp).pcache
	if c.empty() {
		return 0, 0, 0
	}
	return d.h.pageNumber(c.base), c.cache, c.scav
}

// Search returns the page of the search address; ok is false if that says that
// the heap is exhausted.
func (d *DirectHeap) Search() (page uint64, ok bool) {
	p := &d.h.pages
	return d.h.pageNumber(p.searchAddr), p.searchAddr != p.maxAddr
}

// Zeroed returns, for each arena, the offset in bytes of its first byte that
// was never used.
func (d *DirectHeap) Zeroed() []uint64 { return d.h.zeroed() }

// State returns the whole state of the page allocator.
func (d *DirectHeap) State() PagesState { return d.h.pages.state(d.h.g.BaseAddr()) }

func (h *mheap) zeroed() []uint64 {
	var z []uint64
	for _, ha := range h.arenas {
		z = append(z, ha.zeroedBase.Peek())
	}
	return z
}

// DirectArenas is the metadata of a row of arenas, operated in one thread.
type DirectArenas struct {
	m *model.M
	h *mheap
}

// NewDirectArenas returns n arenas of geometry g.
func NewDirectArenas(g *Geometry, n int) *DirectArenas {
	d := NewDirectHeap(g, n, off)
	// The pages are nobody's, so our own points about them are off.
	d.h.cfg.RuntimeSites = true
	return &DirectArenas{d.m, d.h}
}

func (d *DirectArenas) addr(page uint64) uint64 { return d.h.g.BaseAddr() + page*d.h.g.PageSize }

// NeedZero reports whether the n pages from page on must be zeroed, and records
// that they are used now.
func (d *DirectArenas) NeedZero(page, n uint64) bool {
	return d.h.allocNeedsZero(d.m, d.addr(page), n)
}

// Zeroed returns, for each arena, the offset in bytes of its first byte that
// was never used.
func (d *DirectArenas) Zeroed() []uint64 { return d.h.zeroed() }

// SetSpans makes span number id the span of the n pages from page on.
func (d *DirectArenas) SetSpans(page, n, id uint64) {
	d.h.setSpans(d.m, d.addr(page), n, &mspan{id: int(id)})
}

// Lookup returns the number of the span that was last set for a page; ok is
// false if there is none.
func (d *DirectArenas) Lookup(page uint64) (id uint64, ok bool) {
	p := d.addr(page)
	s := d.h.arenas[d.h.arenaIndex(p)].spanOf(d.m, p/d.h.g.PageSize%d.h.g.ArenaPages())
	if s == nil {
		return 0, false
	}
	return uint64(s.id), true
}
