package properties

import "fmt"

// checkScavSub is P-SCAVSUB: a page that is allocated in the bitmaps is not
// scavenged there, and a page cache has nothing scavenged that it does not
// have.
func checkScavSub(s *state) string {
	for i := range s.pm.words {
		alloc, scav := s.pages.Word(i)
		if both := alloc & scav; both != 0 {
			return fmt.Sprintf("page %d is allocated and scavenged", s.pm.pageOf(i, both))
		}
	}
	if s.h != nil {
		for i, pp := range s.k.AllPs() {
			if base, cache, scav := s.h.PageCache(i); scav&^cache != 0 {
				return fmt.Sprintf("the cache of %s says that page %d is scavenged and does not have it",
					pp.Name(), s.page(base)+lowest(scav&^cache))
			}
		}
	}
	for _, c := range s.caches {
		if base, cache, scav := c.View(); scav&^cache != 0 {
			return fmt.Sprintf("a page cache says that page %d is scavenged and does not have it", s.page(base)+lowest(scav&^cache))
		}
	}
	return ""
}
