//! Rows 38 to 60: replication, elections, power.
