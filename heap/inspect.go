package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// The views of the inspect files show the state of a heap to properties: they
// are no steps, check nothing and allocate nothing.

// A PagesView shows a page allocator. Words of bitmaps are counted from the
// first chunk that the heap may use, addresses and chunks are the heap's own.
type PagesView struct{ p *pageAlloc }

// ViewPages returns a view of the page allocator of the heap.
func (hp *Heap) ViewPages() PagesView { return PagesView{&hp.h.pages} }

// View returns a view of the page allocator.
func (tp *TestPageAlloc) View() PagesView { return PagesView{tp.p} }

// Geometry returns the sizes of the page allocator.
func (v PagesView) Geometry() *Geometry { return v.p.g }

// Lock returns the heap lock.
func (v PagesView) Lock() *model.Mutex { return v.p.lock }

// Words returns the number of bitmap words that the heap can have.
func (v PagesView) Words() int { return int(v.p.g.MaxChunks) * v.p.chunkWords }

// Word returns word i of the bitmaps: the pages that are allocated and the
// pages that are scavenged.
func (v PagesView) Word(i int) (alloc, scav uint64) {
	p := v.p
	ci := chunkIdx(p.g.BaseChunk) + chunkIdx(i/p.chunkWords)
	table := p.chunks[p.l1(ci)]
	if table == nil {
		return 0, 0
	}
	at := int(ci)&(1<<p.chunkTableBits-1)*2*p.chunkWords + i%p.chunkWords
	return table[at], table[at+p.chunkWords]
}

// Ranges returns the number of ranges that are in use.
func (v PagesView) Ranges() int { return len(v.p.inUse.ranges) }

// Range returns range i.
func (v PagesView) Range(i int) (base, limit uint64) {
	r := v.p.inUse.ranges[i]
	return r.base, r.limit
}

// RangeBytes returns the size of the ranges in use as the heap recorded it.
func (v PagesView) RangeBytes() uint64 { return v.p.inUse.totalBytes }

// Hull returns the addresses between which the heap knows chunks; ok is false
// if it never grew.
func (v PagesView) Hull() (start, end uint64, ok bool) {
	return v.p.chunkBase(v.p.start), v.p.chunkBase(v.p.end), v.p.start != 0
}

// SearchAddr returns the search address; [Geometry.MaxAddr] means that no
// memory is free.
func (v PagesView) SearchAddr() uint64 { return v.p.searchAddr }

// Summary returns entry i of a level of the summaries, 0 being the root:
// pages free at the start, in the longest run and at the end.
func (v PagesView) Summary(level int, i uint64) (start, longest, end uint) {
	return v.p.summary[level].at(i).unpack()
}

// EntryBytes returns the size of the memory that an entry of a level describes.
func (v PagesView) EntryBytes(level int) uint64 { return 1 << v.p.levelShift[level] }

// ScavRanges returns the number of ranges that the scavenge generation has not
// looked at yet.
func (v PagesView) ScavRanges() int { return len(v.p.scav.inUse.ranges) }

// ScavRange returns one of them.
func (v PagesView) ScavRange(i int) (base, limit uint64) {
	r := v.p.scav.inUse.ranges[i]
	return r.base, r.limit
}

// ScavBytes returns their size as the heap recorded it.
func (v PagesView) ScavBytes() uint64 { return v.p.scav.inUse.totalBytes }

// ScavGen returns the number of the scavenge generation.
func (v PagesView) ScavGen() uint32 { return v.p.scav.gen }

// ScavLWM returns the lowest address scavenged in this generation.
func (v PagesView) ScavLWM() uint64 { return v.p.scav.scavLWM }

// FreeHWM returns the highest byte freed in this generation.
func (v PagesView) FreeHWM() uint64 { return v.p.scav.freeHWM }

// MaxViewedMs is the number of Ms of which reservations are recorded: as many
// as there can be tasks.
const MaxViewedMs = 64

// A reservation is memory that a scavenger has taken out of the ranges to
// scavenge. Only properties look at it.
type reservation struct {
	work addrRange
	gen  uint32
}

// ghostReserved records what m has reserved.
func (p *pageAlloc) ghostReserved(m *model.M, work addrRange, gen uint32) {
	if id := m.ID(); id < len(p.reserved) {
		p.reserved[id] = reservation{work, gen}
	}
}

// Reservation returns the memory that M number id has reserved for scavenging,
// and in which generation; it is empty if base is not below limit.
func (v PagesView) Reservation(id int) (base, limit uint64, gen uint32) {
	r := &v.p.reserved[id]
	return r.work.base, r.work.limit, r.gen
}

// OpenWindows returns the number of scavengers that are searching without the
// lock.
func (v PagesView) OpenWindows() int { return v.p.window.open }

// Objects returns the words that the page allocator shares without the lock,
// as objects.
func (v PagesView) Objects() []sched.ObjID {
	var ids []sched.ObjID
	for _, w := range v.p.window.l2 {
		ids = append(ids, w.ID())
	}
	return ids
}

// View returns the page cache c: the address of its block, and a bit for each
// page that is free, and that is free and scavenged.
func (c *TestPageCache) View() (base, cache, scav uint64) { return c.c.base, c.c.cache, c.c.scav }

// PageCache returns the page cache of P number id.
func (hp *Heap) PageCache(id int) (base, cache, scav uint64) {
	c := &hp.h.locals[id].pcache
	return c.base, c.cache, c.scav
}

// CurArena returns the part of the current arena that is not in the page
// allocator yet.
func (hp *Heap) CurArena() (base, limit uint64) {
	return hp.h.curArena.base, hp.h.curArena.limit
}

// Arenas returns the number of arenas that there can be.
func (hp *Heap) Arenas() int { return len(hp.h.arenas) }

// ArenaMapped reports whether arena i has metadata.
func (hp *Heap) ArenaMapped(i int) bool { return hp.h.arenaMap[i].mapped }

// SpanAt returns the entry of the span map for a page, counted from the first
// one that the heap may use. The entries of free pages are stale.
func (hp *Heap) SpanAt(page uint64) *Span {
	n := hp.h.g.ArenaPages()
	return hp.h.arenas[page/n].spans[page%n]
}

// ZeroedBase returns the offset in arena i of the first byte that was never used,
// as the heap recorded it.
func (hp *Heap) ZeroedBase(i int) uint64 { return hp.h.arenas[i].zeroedBase.Peek() }

// PageGroups returns the number of groups of in-use bits.
func (hp *Heap) PageGroups() int {
	return len(hp.h.arenas) * int(hp.h.g.ArenaPages()) / int(hp.h.g.ReclaimGroup)
}

// PageInUse returns group i of the in-use bits: the first pages of heap spans.
func (hp *Heap) PageInUse(i int) uint64 {
	n := int(hp.h.g.ArenaPages()) / int(hp.h.g.ReclaimGroup)
	return hp.h.arenas[i/n].pageInUse[i%n].Peek()
}

// Backed returns a bit for each of the n pages from page on that the operating
// system backs with memory. They lie in one block of 64.
func (hp *Heap) Backed(page uint64, n uint) uint64 {
	return hp.h.ghost.backed[page/64] >> (page % 64) & (^uint64(0) >> (64 - n))
}

// MemoryMisuse says what was wrong with the first call of the operating system
// that must not have been made, "" if there was none.
func (hp *Heap) MemoryMisuse() string { return hp.h.ghost.wrong }

// Flights returns the number of Ms that can have pages in flight.
func (hp *Heap) Flights() int { return len(hp.h.ghost.flights) }

// Flight returns the pages that M number id is allocating or freeing, and how
// many bytes of them still count as released. npages is 0 if there are none.
func (hp *Heap) Flight(id int) (base, npages, scav uint64, freeing bool) {
	f := &hp.h.ghost.flights[id]
	return f.base, f.npages, f.scav, f.freeing
}
