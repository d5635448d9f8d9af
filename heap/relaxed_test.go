package heap

import (
	"testing"

	"lockheld/model"
)

// TestRelaxedContracts calls flush and update without the lock. The relaxed
// contracts accept that in a stopped world, and nowhere else.
func TestRelaxedContracts(t *testing.T) {
	calls := []struct {
		site model.Site
		call func(p *pageAlloc, m *model.M)
	}{
		{siteFlushEntry, func(p *pageAlloc, m *model.M) { new(pageCache).flush(m, p) }},
		{siteUpdateEntry, func(p *pageAlloc, m *model.M) { p.update(m, p.g.BaseAddr(), 1, true, true) }},
	}
	for _, c := range calls {
		for _, variant := range []string{"go1.16", "before-relaxed"} {
			for _, stopped := range []bool{false, true} {
				v, err := LookupVariant(variant)
				if err != nil {
					t.Fatal(err)
				}
				d := newTestPages(SmallGeometry(), 0, 1)
				d.p.v = v
				if stopped {
					d.m.WorldStopped()
				}
				want := c.site
				if stopped && variant == "before-relaxed" {
					want = ""
				}
				got := violationOf(func() { c.call(d.p, d.m) })
				if want == "" && got != nil && got.Site == "page allocator" {
					continue // the guard of this allocator was made for go1.16
				}
				if siteOf(got) != want {
					t.Errorf("%s on %s, world stopped %t: %v", c.site, variant, stopped, got)
				}
			}
		}
	}
}
