package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a number of bytes, written such as 512MB or 2GB.
type byteSize int64

var sizeUnits = []struct {
	name  string
	bytes byteSize
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}, {"B", 1}} // the longest names first

// Set reads a size.
func (b *byteSize) Set(s string) error {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63)
		switch {
		case err != nil:
			return errSize
		case n == 0:
			return fmt.Errorf("no memory at all is not enough")
		case n > uint64(math.MaxInt64/u.bytes):
			return fmt.Errorf("that is more than any machine has")
		}
		*b = byteSize(n) * u.bytes
		return nil
	}
	return errSize
}

var errSize = fmt.Errorf("a size is a number with KB, MB or GB behind it, such as 512MB")

// String writes the size in the largest unit that divides it.
func (b *byteSize) String() string {
	for _, u := range sizeUnits {
		if *b%u.bytes == 0 {
			return fmt.Sprintf("%d%s", *b/u.bytes, u.name)
		}
	}
	return ""
}
