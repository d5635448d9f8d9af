module lockheld

go 1.26.0
