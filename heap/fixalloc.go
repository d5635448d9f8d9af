package heap

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// A fixalloc is a free-list allocator of objects of one size. Objects are
// carved from chunks of persistent memory, and never given back to it. It has
// no lock: its callers hold the heap lock, except p.destroy, which runs in a
// stopped world.
//
// Objects are named by their number in the order of carving. The first word
// of a free object is the link to the next one.
//
// Runtime: fixalloc, mfixalloc.go, Go 1.16.
type fixalloc struct {
	h     *mheap
	name  string
	first func(m *model.M, i int) // called when object i is carved
	batch int                     // objects of a carve chunk
	link  []int32                 // one more than the next free object

	live fixallocState
	own  *sched.Cell // finds uses by an M without the lock
}

// fixallocState is the part of a fixalloc that changes.
type fixallocState struct {
	list   int32 // one more than the first free object
	carved int   // objects that were ever carved
	nchunk int   // objects left in the carve chunk
	inuse  int   // objects in use
}

// init prepares f for at most limit objects.
//
// Runtime: (*fixalloc).init, Go 1.16.
func (f *fixalloc) init(h *mheap, name string, batch, limit int, first func(m *model.M, i int)) {
	f.h = h
	f.name = name
	f.first = first
	f.batch = batch
	f.link = make([]int32, limit)
	guard := h.lockOrStopped
	if h.cfg.RuntimeSites {
		guard = nil
	}
	f.own = h.cell("fixalloc "+name, guard)
	sched.Save(h.w, &f.live)
	sched.SaveSlice(h.w, f.link)
}

// alloc returns the number of a free object.
//
// Model: the number of objects is limited; a scenario that needs more panics.
//
// Runtime: (*fixalloc).alloc, Go 1.16. Heap lock held, by convention.
func (f *fixalloc) alloc(m *model.M) int {
	f.h.assertLockHeldOrStopped(m, siteFixallocAlloc)
	f.own.Write(m.T())
	if f.live.list != 0 {
		i := int(f.live.list - 1)
		f.live.list = f.link[i]
		f.live.inuse++
		return i
	}
	if f.live.carved == len(f.link) {
		panic(fmt.Sprintf("heap: more than %d objects in %s, see Config", len(f.link), f.name))
	}
	if f.live.nchunk == 0 {
		f.live.nchunk = f.batch
	}
	i := f.live.carved
	if f.first != nil {
		f.first(m, i)
	}
	f.live.carved++
	f.live.nchunk--
	f.live.inuse++
	return i
}

// free puts object i on the free list.
//
// Runtime: (*fixalloc).free, Go 1.16. Heap lock held, by convention.
func (f *fixalloc) free(m *model.M, i int) {
	f.h.assertLockHeldOrStopped(m, siteFixallocFree)
	f.own.Write(m.T())
	f.live.inuse--
	f.link[i] = f.live.list
	f.live.list = int32(i + 1)
}
