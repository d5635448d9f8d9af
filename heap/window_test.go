package heap

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// windowHeap prepares two chunks that are in one reservation. The upper one
// has nothing to scavenge, so that the lower one is searched without the lock;
// its pages 4 and 5 are free.
func windowHeap(d *DirectPages) {
	d.addFree(0, 1)
	d.Alloc(32)
	d.Free(31, 1)
	d.StartGen() // starts at the highest page freed
	d.Alloc(1)
	d.Free(4, 2)
}

// scavengeOnePage is what the scavenger of these tests does, with the lock.
func scavengeOnePage(mayUnlock bool) func(m *model.M, p *pageAlloc) uint64 {
	return func(m *model.M, p *pageAlloc) uint64 { return p.scavenge(m, p.pageSize, mayUnlock) }
}

// runWindow explores an M that runs scavenge with the lock, beside one that
// runs other with the lock. It returns how many executions had each outcome:
// the pages released, the steps of the unlocked search and of the stores that
// it can see, and the free pages of the heap.
func runWindow(t *testing.T, scavenge func(m *model.M, p *pageAlloc) uint64, other func(m *model.M, p *pageAlloc)) (map[string]int, *sched.Violation) {
	t.Helper()
	seen := map[string]int{}
	var p *pageAlloc
	var released uint64
	locked := func(k *model.Machine, name string, f func(m *model.M)) {
		k.NewM(name, func(m *model.M) {
			m.Systemstack(func() {
				m.Lock(p.lock)
				f(m)
				m.Unlock(p.lock)
			})
		})
	}
	v := explorePages(t, GeometryByName("small-window"), windowHeap, func(pages *pageAlloc, k *model.Machine) {
		p = pages
		locked(k, "scavenger", func(m *model.M) { released = scavenge(m, p) })
		locked(k, "other", func(m *model.M) { other(m, p) })
		k.World().AtEnd(sched.Property{Name: "P-SCAVSUB", Check: p.scavengedButAllocated})
	}, func(r *sched.Result) {
		loads, stores := 0, 0
		for _, s := range r.Log {
			switch s.Kind {
			case sched.OpRacyLoad:
				loads++
			case sched.OpRacyStore:
				stores++
			}
		}
		free := uint(0)
		for ci := p.start; ci < p.end; ci++ {
			d := p.view(ci)
			free += p.chunkPages - d.popcntRange(0, p.chunkPages)
		}
		seen[fmt.Sprintf("released %d, loads %d, stores %d, free %d", released/p.pageSize, loads, stores, free)]++
	})
	return seen, v
}

// scavengedButAllocated checks that no page is both.
func (p *pageAlloc) scavengedButAllocated() string {
	for ci := p.start; ci < p.end; ci++ {
		for d, i := p.view(ci), uint(0); i < p.chunkPages; i++ {
			if d.get(i) == 1 && d.scavenged.get(i) == 1 {
				return fmt.Sprintf("page %d of chunk %d is allocated and scavenged", i, ci)
			}
		}
	}
	return ""
}

// TestWindow lets an M allocate the only pages that can be scavenged.
//
// In the window the scavenger has six steps: it loads the leaf summary, the
// chunk table, and two words for each of the two words of the chunk. The
// allocator has four: lock, the allocation word, the leaf summary, unlock.
func TestWindow(t *testing.T) {
	allocate := func(m *model.M, p *pageAlloc) { p.alloc(m, 2) }
	tests := []struct {
		mayUnlock bool
		want      map[string]int
	}{
		{true, map[string]int{
			// One after the other.
			"released 0, loads 1, stores 0, free 0": 1,
			"released 1, loads 5, stores 0, free 0": 1,
			// The summary is loaded after its store; the unlock is before or
			// after that.
			"released 0, loads 1, stores 2, free 0": 2,
			// All orders of six and four steps but those seven in which the
			// load of the summary comes after its store.
			"released 0, loads 5, stores 2, free 0": 210 - 7,
		}},
		{false, map[string]int{
			"released 0, loads 0, stores 0, free 0": 1,
			"released 1, loads 0, stores 0, free 0": 1,
		}},
	}
	for _, tt := range tests {
		seen, v := runWindow(t, scavengeOnePage(tt.mayUnlock), allocate)
		if !maps.Equal(seen, tt.want) || v != nil {
			t.Errorf("mayUnlock %v: got %v, want %v; violation %v", tt.mayUnlock, seen, tt.want, v)
		}
	}
}

// TestWindowWithPageCache lets the other M take the block with the candidate
// into a page cache and give it back: two stores to the allocation word and two
// to the summary, none to the scavenged word, which stays 0.
func TestWindowWithPageCache(t *testing.T) {
	seen, v := runWindow(t, scavengeOnePage(true), func(m *model.M, p *pageAlloc) {
		c := p.allocToCache(m)
		c.flush(m, p)
	})
	if v != nil {
		t.Fatal(v)
	}
	for _, want := range []string{
		"released 1, loads 5, stores 4, free 2", // came back in time
		"released 0, loads 1, stores 4, free 2", // missed because of the summary
		"released 0, loads 5, stores 4, free 2", // missed because of the word
		"released 1, loads 5, stores 0, free 2", // one after the other
	} {
		if seen[want] == 0 {
			t.Errorf("never seen: %s; seen %v", want, slices.Sorted(maps.Keys(seen)))
		}
	}
}

// TestWindowWithoutSecondLook shows that the property of these tests can fail:
// a scavenger that acts on what it saw without the lock destroys memory that
// was allocated meanwhile.
func TestWindowWithoutSecondLook(t *testing.T) {
	blind := func(m *model.M, p *pageAlloc) uint64 {
		work, _ := p.scavengeReserve(m)
		work.limit = p.chunkBase(p.chunkIndex(work.limit - 1))
		p.openWindow(m)
		ci, ok := p.findCandidate(m, work, true)
		chunk := p.view(ci)
		i, n := chunk.findScavengeCandidate(p.chunkPages-1, p.minPages, 1, 0)
		p.closeWindow(m)
		if ok && n > 0 {
			p.scavengeRangeLocked(m, ci, i, n)
		}
		return uint64(n) * p.pageSize
	}
	_, v := runWindow(t, blind, func(m *model.M, p *pageAlloc) { p.alloc(m, 2) })
	if v == nil || v.Site != "P-SCAVSUB" {
		t.Errorf("got %v", v)
	}
}

// TestNoWindowInOneChunk: with more shards than chunks a reservation is one
// chunk, and the search without the lock is out of reach.
func TestNoWindowInOneChunk(t *testing.T) {
	for _, tt := range []struct {
		geometry string
		windows  bool
	}{{"small-window", true}, {"small", false}, {"small-shards16", false}} {
		d := NewDirectPages(GeometryByName(tt.geometry))
		windowHeap(d)
		opened := false
		d.p.lock.Sched().SetHook(func(_ *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
			opened = opened || e == sched.LockRelease && d.p.window.open > 0
		})
		d.Scavenge(d.p.pageSize, true)
		if opened != tt.windows {
			t.Errorf("%s: window opened %v, want %v", tt.geometry, opened, tt.windows)
		}
	}
}
