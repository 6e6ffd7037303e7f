module weft.local/bench/net

go 1.19
