package properties

import (
	"fmt"

	"lockheld/model"
)

// checkPDead is P-PDEAD: exactly the Ps from gomaxprocs on are dead, and a dead
// P has no page, no span object and no mcache.
func checkPDead(s *state) string {
	if what := s.k.CheckDead(); what != "" || s.h == nil || s.k.SchedLock().Held() {
		return what
	}
	for i, pp := range s.k.AllPs() {
		if pp.Status() != model.Pdead {
			continue
		}
		if _, cache, _ := s.h.PageCache(i); cache != 0 {
			return fmt.Sprintf("%s is dead and its page cache has pages, %#x", pp.Name(), cache)
		}
		if n := s.h.CachedSpans(i); n != 0 {
			return fmt.Sprintf("%s is dead and caches %d span objects", pp.Name(), n)
		}
		if s.h.HasMCache(i) {
			return fmt.Sprintf("%s is dead and has an mcache", pp.Name())
		}
	}
	return ""
}
