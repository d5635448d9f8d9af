package heap

import "lockheld/model"

// The Direct types run the page heap's code operation by operation in one
// thread, without scheduler: for the vectors recorded on the real runtime, and
// for tests outside this package. Positions are relative to the geometry's
// base: pages from its first page, bytes from its first byte.

// A Span2 is a pair of positions or a position and a length.
type Span2 [2]uint64

// DirectPages is a page allocator with no heap around it.
type DirectPages struct {
	m    *model.M
	p    *pageAlloc
	base uint64
}

// NewDirectPages returns an empty page allocator of geometry g.
func NewDirectPages(g *Geometry) *DirectPages {
	k, m := model.BareM("direct")
	d := &DirectPages{m: m, p: new(pageAlloc), base: g.BaseAddr()}
	d.p.init(k.World(), k, g, release(), model.NewMutex(k, "heap", model.RankMheap), nil)
	return d
}

// page turns an address into a page number.
func (d *DirectPages) page(addr uint64) uint64 { return (addr - d.base) >> d.p.pageShift }

// addr turns a page number into an address.
func (d *DirectPages) addr(page uint64) uint64 { return d.base + page<<d.p.pageShift }

// locked runs f with the heap lock.
func (d *DirectPages) locked(f func()) {
	d.m.Lock(d.p.lock)
	f()
	d.m.Unlock(d.p.lock)
}

// AddChunk maps chunk c with the given runs of allocated and of scavenged pages
// (first page in the chunk, length), as NewPageAlloc of the runtime's tests
// does. Scavenged pages that are allocated, too, are not scavenged.
func (d *DirectPages) AddChunk(c uint64, alloc, scav []Span2) {
	size := d.p.chunkBytes
	d.locked(func() {
		d.p.grow(d.m, d.base+c*size, size)
		chunk := d.p.chunkOf(d.m, d.p.chunkIndex(d.base+c*size))
		chunk.scavenged.clearAll()
		for _, r := range scav {
			chunk.scavenged.setRange(uint(r[0]), uint(r[1]))
		}
		for _, r := range alloc {
			chunk.allocRange(uint(r[0]), uint(r[1]))
		}
		d.p.update(d.m, d.base+c*size, uint64(d.p.chunkPages), false, false)
	})
}

// Grow maps n pages from page on; see (*pageAlloc).grow.
func (d *DirectPages) Grow(page, n uint64) {
	d.locked(func() { d.p.grow(d.m, d.addr(page), n<<d.p.pageShift) })
}

// Alloc allocates n pages and returns the first one and the bytes that were
// scavenged; ok is false if there is no such run.
func (d *DirectPages) Alloc(n uint64) (page, scav uint64, ok bool) {
	var addr uint64
	d.locked(func() { addr, scav = d.p.alloc(d.m, n) })
	return d.page(addr), scav, addr != 0
}

// Free frees n pages from page on.
func (d *DirectPages) Free(page, n uint64) {
	d.locked(func() { d.p.free(d.m, d.addr(page), n) })
}

// Search returns the page of the search address; ok is false if that says that
// the heap is exhausted.
func (d *DirectPages) Search() (page uint64, ok bool) {
	return d.page(d.p.searchAddr), d.p.searchAddr != d.p.maxAddr
}

// A DirectCache is a page cache of no P.
type DirectCache struct{ c pageCache }

// NewCache returns a cache of the given free pages and scavenged ones, one bit
// each, from page base on.
func (d *DirectPages) NewCache(base, cache, scav uint64) *DirectCache {
	return &DirectCache{pageCache{base: d.addr(base), cache: cache, scav: scav, pageSize: d.p.pageSize}}
}

// Cache returns what c holds. ok is false if c has never been filled.
func (d *DirectPages) Cache(c *DirectCache) (base, cache, scav uint64, ok bool) {
	return d.page(c.c.base), c.c.cache, c.c.scav, c.c.base != 0
}

// Refill replaces c by a cache of newly allocated pages.
func (d *DirectPages) Refill(c *DirectCache) {
	d.locked(func() { c.c = d.p.allocToCache(d.m) })
}

// CacheAlloc allocates n pages from c, as Alloc does from the heap.
func (d *DirectPages) CacheAlloc(c *DirectCache, n uint64) (page, scav uint64, ok bool) {
	addr, scav := c.c.alloc(d.m, nil, n)
	return d.page(addr), scav, addr != 0
}

// Flush gives the pages of c back.
func (d *DirectPages) Flush(c *DirectCache) {
	d.locked(func() { c.c.flush(d.m, d.p) })
}

// Scavenge scavenges up to nbytes or a little more and returns how many.
func (d *DirectPages) Scavenge(nbytes uint64, mayUnlock bool) (released uint64) {
	d.locked(func() { released = d.p.scavenge(d.m, nbytes, mayUnlock) })
	return released
}

// StartGen starts a scavenge generation.
func (d *DirectPages) StartGen() {
	d.locked(func() { d.p.scavengeStartGen(d.m) })
}

// Scav returns the generation, the size of a reservation and the number of
// bytes that the generation has not looked at yet.
func (d *DirectPages) Scav() (gen, reservation, total uint64) {
	s := &d.p.scav
	return uint64(s.gen), s.reservationBytes, s.inUse.totalBytes
}

// A DirectWork is memory that a scavenger has reserved.
type DirectWork struct {
	r   addrRange
	gen uint32
}

// Range returns the byte range of w; ok is false if it is empty.
func (d *DirectPages) Range(w *DirectWork) (r Span2, ok bool) {
	return Span2{w.r.base - d.base, w.r.limit - d.base}, w.r.size() != 0
}

// Gen returns the generation in which w was reserved.
func (w *DirectWork) Gen() uint64 { return uint64(w.gen) }

// Reserve reserves work for a scavenger.
func (d *DirectPages) Reserve() *DirectWork {
	w := new(DirectWork)
	d.locked(func() { w.r, w.gen = d.p.scavengeReserve(d.m) })
	return w
}

// ScavengeOne makes one scavenging step in w, which shrinks.
func (d *DirectPages) ScavengeOne(w *DirectWork, nbytes uint64, mayUnlock bool) (released uint64) {
	d.locked(func() { released, w.r = d.p.scavengeOne(d.m, w.r, nbytes, mayUnlock) })
	return released
}

// Unreserve gives w back.
func (d *DirectPages) Unreserve(w *DirectWork) {
	d.locked(func() {
		d.p.ghostReserved(d.m, w.r, w.gen)
		d.p.scavengeUnreserve(d.m, w.r, w.gen)
	})
}
