package heap

import (
	"testing"

	"lockheld/sched"
)

// BenchmarkPages measures one round of small operations on the page allocator
// without scheduler: an allocation, a page cache taken and given back, and a
// free.
func BenchmarkPages(b *testing.B) {
	for _, g := range Geometries() {
		b.Run(g.Name, func(b *testing.B) {
			d := newTestPages(g, 0, 1, 2)
			d.m.Lock(d.p.lock)
			b.ReportAllocs()
			for b.Loop() {
				a, _ := d.p.alloc(d.m, 3)
				c := d.p.allocToCache(d.m)
				c.flush(d.m, d.p)
				d.p.free(d.m, a, 3)
			}
		})
	}
}

// BenchmarkRestore measures executions that do nothing but bring the allocator
// back to its first state.
func BenchmarkRestore(b *testing.B) {
	prog := &sched.Program{Name: "restore", Reusable: true, Setup: func(w *sched.World) {
		NewTestPageAlloc(w, newTestMachine(w), SmallGeometry(), nil)
		w.Go("nothing", func(t *sched.Task) {})
	}}
	b.ReportAllocs()
	o := sched.Options{Strategy: "random", Executions: int64(b.N), Recheck: -1, Shrink: -1}
	if _, err := sched.Explore(b.Context(), prog, o); err != nil {
		b.Fatal(err)
	}
}
