package properties

// checkNodouble is P-NODOUBLE: no page is in two spans, page caches or
// allocations under way.
func checkNodouble(s *state) string { return s.pm.doubles() }
