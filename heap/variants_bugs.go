package heap

// bugVariants are real bugs.
func bugVariants() []*Variant { return nil }
