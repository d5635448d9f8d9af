package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// The types of this file are the helpers of the runtime's own tests, as actors
// of a scenario: a page allocator of its own, without a heap around it, and
// page caches that belong to no P.

// A TestPageAlloc is a page allocator that stands alone.
//
// Runtime: PageAlloc, export_test.go, Go 1.16.
type TestPageAlloc struct {
	p *pageAlloc
	v *Variant
}

// A TestPageCache is a page cache of no P.
//
// Runtime: PageCache, export_test.go, Go 1.16.
type TestPageCache struct{ c pageCache }

// NewTestPageAlloc makes an empty page allocator with a heap lock of its own in
// w, for Setup. v nil is Go 1.16.
func NewTestPageAlloc(w *sched.World, k *model.Machine, g *Geometry, v *Variant) *TestPageAlloc {
	if v == nil {
		v = release()
	}
	tp := &TestPageAlloc{p: new(pageAlloc), v: v}
	tp.p.init(w, k, g, v, model.NewMutex(k, "mheapLock", model.RankMheap), nil)
	if tp.p.dense {
		tp.p.save(w)
	}
	return tp
}

// locked runs f as the helpers do: on the system stack with the lock, or, in
// the variant before-tests, as the caller is.
func (tp *TestPageAlloc) locked(m *model.M, f func()) {
	if tp.v.testsUnlocked {
		f()
		return
	}
	m.Systemstack(func() {
		m.Lock(tp.p.lock)
		f()
		m.Unlock(tp.p.lock)
	})
}

// Lock returns the lock that stands for the heap lock.
func (tp *TestPageAlloc) Lock() *model.Mutex { return tp.p.lock }

// A Run is a run of pages of a chunk.
//
// Runtime: BitRange, export_test.go, Go 1.16.
type Run struct{ I, N uint }

// NewPageAlloc maps chunks, counted from the geometry's base, with the given
// runs allocated and scavenged, and starts a scavenge generation. A nil run
// list of scavenged pages means none.
//
// Runtime: NewPageAlloc, export_test.go, Go 1.16. The bitmaps are edited
// without the lock there, since nobody else has the allocator yet.
// Model: they are edited under the lock, which the model's guards ask for.
func (tp *TestPageAlloc) NewPageAlloc(m *model.M, alloc, scav [][]Run) {
	p := tp.p
	for i := range alloc {
		addr := p.g.BaseAddr() + uint64(i)*p.chunkBytes
		tp.locked(m, func() { p.grow(m, addr, p.chunkBytes) })
		m.Systemstack(func() {
			m.Lock(p.lock)
			chunk := p.chunkOf(m, p.chunkIndex(addr))
			chunk.scavenged.clearAll()
			if i < len(scav) {
				for _, r := range scav[i] {
					chunk.scavenged.setRange(r.I, r.N)
				}
			}
			for _, r := range alloc[i] {
				chunk.allocRange(r.I, r.N)
			}
			m.Unlock(p.lock)
		})
		tp.locked(m, func() { p.update(m, addr, uint64(p.chunkPages), false, false) })
	}
	// This helper took the lock before the seed commit already.
	m.Systemstack(func() {
		m.Lock(p.lock)
		p.scavengeStartGen(m)
		m.Unlock(p.lock)
	})
}

// Alloc allocates npages and returns their address, 0 if there are none, and
// how many bytes of them were scavenged.
//
// Runtime: PageAlloc.Alloc, export_test.go, Go 1.16.
func (tp *TestPageAlloc) Alloc(m *model.M, npages uint64) (addr, scav uint64) {
	tp.locked(m, func() { addr, scav = tp.p.alloc(m, npages) })
	return addr, scav
}

// Free frees npages from base on.
//
// Runtime: PageAlloc.Free, export_test.go, Go 1.16.
func (tp *TestPageAlloc) Free(m *model.M, base, npages uint64) {
	tp.locked(m, func() { tp.p.free(m, base, npages) })
}

// AllocToCache fills c, which is empty, with free pages.
//
// Runtime: PageAlloc.AllocToCache, export_test.go, Go 1.16.
func (tp *TestPageAlloc) AllocToCache(m *model.M, c *TestPageCache) {
	tp.locked(m, func() { c.c = tp.p.allocToCache(m) })
}

// Scavenge scavenges at least nbytes if there are as many, and returns how many
// bytes it released.
//
// Runtime: PageAlloc.Scavenge, export_test.go, Go 1.16. It took the lock before
// the seed commit already.
func (tp *TestPageAlloc) Scavenge(m *model.M, nbytes uint64, mayUnlock bool) (released uint64) {
	m.Systemstack(func() {
		m.Lock(tp.p.lock)
		released = tp.p.scavenge(m, nbytes, mayUnlock)
		m.Unlock(tp.p.lock)
	})
	return released
}

// NewCache makes an empty page cache, for Setup.
func (tp *TestPageAlloc) NewCache(w *sched.World) *TestPageCache {
	c := &TestPageCache{c: pageCache{pageSize: tp.p.pageSize}}
	sched.Save(w, &c.c)
	return c
}

// Empty reports whether c has no page. It is no step.
func (c *TestPageCache) Empty() bool { return c.c.empty() }

// Alloc takes npages out of c, which no other M uses.
//
// Runtime: PageCache.Alloc, export_test.go, Go 1.16.
func (c *TestPageCache) Alloc(m *model.M, npages uint64) (addr, scav uint64) {
	return c.c.alloc(m, nil, npages)
}

// Flush gives the pages of c back.
//
// Runtime: PageCache.Flush, export_test.go, Go 1.16.
func (c *TestPageCache) Flush(m *model.M, tp *TestPageAlloc) {
	tp.locked(m, func() { c.c.flush(m, tp.p) })
}
