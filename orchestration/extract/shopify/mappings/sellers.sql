-- The vendors that lines name; the shop knows no more of them.
select seller as seller_id
from line_items
where seller is not null
group by seller
