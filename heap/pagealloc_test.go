package heap

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// newTestPages returns an allocator of g with chunks mapped and free, numbered
// from the base; nothing is scavenged.
func newTestPages(g *Geometry, chunks ...uint64) *DirectPages {
	d := NewDirectPages(g)
	d.addFree(chunks...)
	return d
}

// addFree maps chunks whose pages are free and not scavenged.
func (d *DirectPages) addFree(chunks ...uint64) {
	for _, c := range chunks {
		d.AddChunk(c, nil, nil)
	}
	d.StartGen()
}

// twoChunks prepares a heap of two free chunks.
func twoChunks(d *DirectPages) { d.addFree(0, 1) }

// lockFunctions calls each function that wants the heap lock. Those that
// return through another assertion point are set up to reach it.
func lockFunctions(p *pageAlloc) []struct {
	site, stack model.Site
	call        func(m *model.M)
} {
	base := p.g.BaseAddr()
	whole := addrRange{base, base + 2*p.chunkBytes}
	return []struct {
		site, stack model.Site
		call        func(m *model.M)
	}{
		{siteScavengeEntry, siteScavengeSystemstack, func(m *model.M) { p.scavenge(m, 1, false) }},
		{siteScavengeStartGenEntry, siteScavengeStartGenSystemstack, func(m *model.M) { p.scavengeStartGen(m) }},
		{siteScavengeReserveEntry, siteScavengeReserveSystemstack, func(m *model.M) { p.scavengeReserve(m) }},
		{siteScavengeUnreserveEntry, siteScavengeUnreserveSystemstack, func(m *model.M) { p.scavengeUnreserve(m, addrRange{}, 0) }},
		{siteScavengeOneEntry, siteScavengeOneSystemstack, func(m *model.M) { p.scavengeOne(m, whole, 1, false) }},
		{siteScavengeRangeLockedEntry, "", func(m *model.M) { p.scavengeRangeLocked(m, p.chunkIndex(base), 0, 1) }},
		{sitePageAllocGrowEntry, "", func(m *model.M) { p.grow(m, base+4*p.chunkBytes, p.chunkBytes) }},
		{siteUpdateEntry, "", func(m *model.M) { p.update(m, base, 1, true, true) }},
		{siteAllocRangeEntry, "", func(m *model.M) { p.allocRange(m, base, 1) }},
		{siteFindMappedAddrEntry, "", func(m *model.M) { p.findMappedAddr(m, base) }},
		{siteFindEntry, "", func(m *model.M) { p.find(m, 1) }},
		{siteAllocEntry, siteAllocSystemstack, func(m *model.M) { p.alloc(m, 1) }},
		{siteFreeEntry, siteFreeSystemstack, func(m *model.M) { p.free(m, base, 1) }},
		{siteFlushEntry, siteFlushSystemstack, func(m *model.M) { new(pageCache).flush(m, p) }},
		{siteAllocToCacheEntry, siteAllocToCacheSystemstack, func(m *model.M) { p.allocToCache(m) }},
	}
}

// TestAssertionsNeedTheLock calls each function without the lock, with the
// lock held by somebody else only, and with it.
func TestAssertionsNeedTheLock(t *testing.T) {
	for i, f := range lockFunctions(newTestPages(SmallGeometry(), 0, 1).p) {
		for _, holder := range []string{"nobody", "another", "self"} {
			d := newTestPages(SmallGeometry(), 0, 1)
			call := lockFunctions(d.p)[i].call
			other := d.p.k.DirectM("other")
			want := f.site
			switch holder {
			case "another":
				other.Lock(d.p.lock)
			case "self":
				d.m.Lock(d.p.lock)
				want = ""
			}
			v := violationOf(func() { call(d.m) })
			if got := siteOf(v); got != want {
				t.Errorf("%s, lock held by %s: violation %v", f.site, holder, v)
			}
		}
	}
}

// siteOf returns where v was found, "" for none.
func siteOf(v *sched.Violation) model.Site {
	if v == nil {
		return ""
	}
	return model.Site(v.Site)
}

// TestAssertionsNeedTheSystemStack calls each function that has the directive
// with the lock, but on the user stack.
func TestAssertionsNeedTheSystemStack(t *testing.T) {
	for i, f := range lockFunctions(newTestPages(SmallGeometry(), 0, 1).p) {
		v := explorePages(t, SmallGeometry(), twoChunks, func(p *pageAlloc, k *model.Machine) {
			k.NewM("m", func(m *model.M) {
				m.Systemstack(func() { m.Lock(p.lock) })
				lockFunctions(p)[i].call(m)
				m.Systemstack(func() { m.Unlock(p.lock) })
			})
		}, nil)
		if got := siteOf(v); got != f.stack {
			t.Errorf("%s: want a violation at %q, got %v", f.site, f.stack, v)
		}
	}
}

// explorePages explores all schedules of the Ms that start makes on a page
// allocator that prepare has worked on. It returns the first violation.
func explorePages(t *testing.T, g *Geometry, prepare func(d *DirectPages), start func(p *pageAlloc, k *model.Machine), after func(*sched.Result)) *sched.Violation {
	t.Helper()
	prog := &sched.Program{Name: t.Name(), Reusable: true, Setup: func(w *sched.World) {
		k := model.New(w, model.Config{Procs: 2, NoStops: true})
		p := new(pageAlloc)
		p.init(w, k, g, release(), model.NewMutex(k, "heap", model.RankMheap), nil)
		m := k.SetupM("setup")
		prepare(&DirectPages{m, p, g.BaseAddr()})
		m.EndSetup()
		p.save(w)
		start(p, k)
	}}
	r, err := sched.Explore(t.Context(), prog, sched.Options{Strategy: "dfs", Preemptions: -1, Shrink: -1, After: after})
	switch {
	case err != nil:
		t.Fatal(err)
	case len(r.Findings) > 0:
		return &r.Findings[0].Violation
	case r.Verdict != sched.Complete:
		t.Fatalf("verdict %v %s", r.Verdict, r.Why)
	}
	return nil
}

func TestFlushAssertsBeforeItLooksIntoTheCache(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0)
	var c pageCache
	if v := violationOf(func() { c.flush(d.m, d.p) }); siteOf(v) != siteFlushEntry {
		t.Errorf("flushing an empty cache without the lock: %v", v)
	}
}

func TestPageCacheBelongsToItsP(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0)
	own, other := d.m.P(), new(model.P)
	c := d.NewCache(0, 0xff, 0)
	if addr, _ := c.c.alloc(d.m, own, 1); addr != d.base {
		t.Errorf("from the own cache: %#x", addr)
	}
	v := violationOf(func() { c.c.alloc(d.m, other, 1) })
	if siteOf(v) != sitePageCacheAllocEntry {
		t.Errorf("from the cache of another P: %v", v)
	}
}

// TestGuards touches guarded state without the lock and without passing an
// assertion point.
func TestGuards(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0)
	for name, touch := range map[string]func(){
		"page allocator": func() { d.p.own(d.m) },
		"chunk 4":        func() { d.p.chunkOf(d.m, d.p.chunkIndex(d.base)) },
	} {
		v := violationOf(touch)
		if v == nil || v.Kind != sched.KindGuard || v.Site != name {
			t.Errorf("%s: %v", name, v)
		}
		d.locked(touch)
	}
}

// TestSearchAddressStaysMapped is issue 38605: after the last block of a
// region went into a cache, the search address is the block's last page and
// not the page after it, which may be in a hole.
func TestSearchAddressStaysMapped(t *testing.T) {
	g := SmallGeometry()
	d := newTestPages(g, 0, 2) // a hole at chunk 1
	d.Alloc(8)                 // the first block of chunk 0
	var c DirectCache
	d.Refill(&c)
	if page, _ := d.Search(); page != 15 {
		t.Errorf("search address on page %d, want 15", page)
	}
	if page, _, ok := d.Alloc(1); !ok || page != 32 {
		t.Errorf("next page %d, %v, want 32", page, ok)
	}
}

// TestFindSkipsToMappedAddress is issue 40191: the search address that find
// proposes may lie at the start of a summary whose first chunks are unmapped.
func TestFindSkipsToMappedAddress(t *testing.T) {
	g := SmallGeometry()
	d := newTestPages(g, 0, 6) // root entries of four chunks: 0-3 and 4-7
	d.Alloc(16)
	d.AddChunk(8, nil, nil)
	d.AddChunk(9, nil, nil)
	// Chunk 6 has 16 pages, so 20 are found in chunks 8 and 9. The first
	// free page is in chunk 6, the root entry that holds it starts at 4.
	if page, _, ok := d.Alloc(20); !ok || page != 8*16 {
		t.Fatalf("20 pages at %d, %v, want 128", page, ok)
	}
	if page, _ := d.Search(); page != 6*16 {
		t.Errorf("search address on page %d, want 96", page)
	}
}

func TestOutOfMemory(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0)
	d.Alloc(15)
	if _, _, ok := d.Alloc(2); ok {
		t.Error("two pages found where one is free")
	}
	if page, ok := d.Search(); !ok || page != 0 {
		t.Errorf("failing to find two pages moved the search address to %d, %v", page, ok)
	}
	d.Alloc(1)
	if _, _, ok := d.Alloc(1); ok {
		t.Error("a page found in a full heap")
	}
	if _, ok := d.Search(); ok {
		t.Error("the heap is full, the search address does not say so")
	}
	d.Free(7, 1)
	if page, _, ok := d.Alloc(1); !ok || page != 7 {
		t.Errorf("freed page 7, got %d, %v", page, ok)
	}
}

func TestGrowBeyondTheEnd(t *testing.T) {
	g := SmallGeometry()
	d := newTestPages(g, uint64(g.MaxChunks)-1) // the last chunk is fine
	v := violationOf(func() { d.Grow(uint64(g.MaxChunks*g.ChunkPages), 1) })
	if v == nil || !strings.Contains(v.Message, "beyond the address space") {
		t.Errorf("growing beyond the last chunk: %v", v)
	}
}

// TestThrows spoils the state in ways that the runtime notices.
func TestThrows(t *testing.T) {
	tests := []struct {
		want string
		do   func(d *DirectPages)
	}{
		{"range partially overlaps", func(d *DirectPages) {
			f := firstFree{d.addr(4), d.addr(8) - 1}
			f.found(d.m, d.addr(6), 4*d.p.pageSize)
		}},
		{"bad summary data: no run of 3 pages in chunk 4 from page 0, whose summary has 16", func(d *DirectPages) {
			chunk := d.p.view(d.p.chunkIndex(d.base))
			chunk.allocAll()
			d.p.alloc(d.m, 3)
		}},
		{"bad summary data: no run of 5 pages in chunk 4, whose summary has 15", func(d *DirectPages) {
			d.p.alloc(d.m, 1)           // so that find has to descend
			d.p.searchAddr = d.addr(12) // fewer than five pages are left in the chunk
			chunk := d.p.view(d.p.chunkIndex(d.base))
			chunk.allocAll()
			d.p.alloc(d.m, 5)
		}},
		{"bad summary data: no run of 9 pages in the block", func(d *DirectPages) {
			d.p.summary[0].set(1, packPallocSum(0, 9, 0))
			d.p.summary[1].set(2, packPallocSum(0, 4, 0))
			d.p.find(d.m, 9)
		}},
		{"has no free page", func(d *DirectPages) {
			chunk := d.p.view(d.p.chunkIndex(d.base))
			chunk.allocAll()
			d.p.allocToCache(d.m)
		}},
		{"unreserving unaligned region", func(d *DirectPages) {
			r := addrRange{d.addr(1), d.addr(2)}
			d.p.ghostReserved(d.m, r, d.p.scav.gen)
			d.p.scavengeUnreserve(d.m, r, d.p.scav.gen)
		}},
		{"unaligned work region", func(d *DirectPages) {
			d.p.scavengeOne(d.m, addrRange{d.addr(1), d.addr(2)}, 1, false)
		}},
		{"is not mapped", func(d *DirectPages) { d.p.chunkOf(d.m, 12) }},
	}
	for _, tt := range tests {
		d := newTestPages(SmallGeometry(), 0)
		v := violationOf(func() { d.locked(func() { tt.do(d) }) })
		if v == nil || !strings.Contains(v.Message, tt.want) {
			t.Errorf("%s: got %v", tt.want, v)
		}
	}
}

// TestNoAllocationInSteadyState runs every operation again and again.
func TestNoAllocationInSteadyState(t *testing.T) {
	for _, g := range Geometries() {
		d := newTestPages(g, 0, 1, 2)
		var c DirectCache
		pages := uint64(g.ChunkPages)
		round := func() {
			a, _ := d.p.alloc(d.m, 1)
			b, _ := d.p.alloc(d.m, pages+1)
			c.c = d.p.allocToCache(d.m)
			c.c.alloc(d.m, nil, 2)
			c.c.flush(d.m, d.p)
			d.p.free(d.m, b, pages+1)
			d.p.free(d.m, a, 1)
			d.p.scavenge(d.m, 3*d.p.chunkBytes, true)
			d.p.scavengeStartGen(d.m)
			d.p.free(d.m, d.base, 3*pages)
		}
		d.m.Lock(d.p.lock)
		round()
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("%s: %v allocations", g.Name, n)
		}
	}
}

// TestSave changes everything in an execution and compares the allocator that
// the next one finds with a fresh one.
func TestSave(t *testing.T) {
	g := SmallGeometry()
	fresh := newTestPages(g, 0, 1)
	starts := 0
	v := explorePages(t, g, twoChunks, func(p *pageAlloc, k *model.Machine) {
		k.World().OnStart(func() {
			starts++
			if got, want := p.state(fresh.base), fresh.State(); !reflect.DeepEqual(got, want) {
				t.Fatalf("execution %d starts with\n%+v, want\n%+v", starts, got, want)
			}
			for i, w := range p.window.l2 {
				if got, want := w.Peek() != 0, fresh.p.chunks[i] != nil; got != want {
					t.Fatalf("execution %d: chunk table %d mapped %v, want %v", starts, i, got, want)
				}
			}
			if p.window.open != 0 {
				t.Fatalf("execution %d starts with an open window", starts)
			}
		})
		for i := range 2 {
			k.NewM(fmt.Sprint("m", i), func(m *model.M) {
				m.Systemstack(func() {
					m.Lock(p.lock)
					p.grow(m, fresh.base+(8+2*uint64(i))*p.chunkBytes, p.chunkBytes)
					p.alloc(m, 5)
					p.allocToCache(m)
					p.scavenge(m, 1, true)
					p.scavengeStartGen(m)
					m.Unlock(p.lock)
				})
			})
		}
	}, nil)
	if v != nil {
		t.Error(v)
	}
	if starts < 2 {
		t.Errorf("%d executions", starts)
	}
}

func TestRealGeometryCanNotBeSaved(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "real cannot be restored") {
			t.Errorf("got %v", p)
		}
	}()
	NewDirectPages(RealGeometry()).p.save(sched.NewDirectWorld())
}
